/** What the person who is signed in may do. The hub refuses the rest anyway; pages do not offer it. */
import { useQuery } from "@tanstack/react-query";
import { meQuery } from "@/api/queries";
import type { Me } from "@/api/types";

export function useMay(permission: Me["permissions"][number]): boolean {
  return useQuery(meQuery).data?.permissions.includes(permission) ?? false;
}

/** What each role may do, as the hub says it. */
import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { rolesQuery } from "@/account/queries";
import { named, t } from "@/text/text";
import { Modal } from "@/ui/Modal";
import { Failure } from "@/ui/Notice";
import { Skeleton } from "@/ui/Skeleton";

export function RoleMatrix({ onClose }: { onClose: () => void }) {
  const { data, error, refetch } = useQuery(rolesQuery);
  const rows = [...new Set(data?.items.flatMap(({ permissions }) => permissions))];
  return (
    <Modal open wide title={t("roles.title")} lead={t("roles.lead")} onOpenChange={(open) => !open && onClose()}>
      {error && <Failure error={error} onRetry={() => refetch()} />}
      {!data && !error && <Skeleton className="h-80 w-full rounded-md" />}
      {data && (
        <div className="overflow-x-auto">
          <table aria-label={t("roles.title")} className="w-full border-separate border-spacing-0">
            <thead>
              <tr>
                <th scope="col" className="border-line border-b py-2 text-left font-medium text-ink-3 text-xs">
                  {t("roles.may")}
                </th>
                {data.items.map(({ role }) => (
                  <th key={role} scope="col" className="border-line border-b px-2 py-2 font-medium text-xs">
                    {named("role", role)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((permission) => (
                <tr key={permission} className="hover:bg-hover">
                  <th scope="row" className="border-line border-b py-1.5 pr-2 text-left font-normal">
                    {named("permission", permission)}
                  </th>
                  {data.items.map(({ role, permissions }) => (
                    <td key={role} className="border-line border-b px-2 py-1.5 text-center">
                      {permissions.includes(permission) ? (
                        <Check size={15} className="mx-auto text-accent" aria-label={t("roles.yes")} />
                      ) : (
                        <span className="sr-only">{t("roles.no")}</span>
                      )}
                    </td>
                  ))}
                </tr>
              ))}
              <tr>
                <th scope="row" className="py-2 pr-2 text-left font-normal">
                  {t("roles.where")}
                </th>
                {data.items.map(({ role, everywhere }) => (
                  <td key={role} className="px-2 py-2 text-center text-ink-2 text-xs">
                    {t(everywhere ? "roles.everywhere" : "roles.scope")}
                  </td>
                ))}
              </tr>
              {data.items.some((each) => each.second_factor_required) && (
                <tr>
                  <th scope="row" className="py-2 pr-2 text-left font-normal">
                    {t("roles.second-factor")}
                  </th>
                  {data.items.map(({ role, second_factor_required }) => (
                    <td key={role} className="px-2 py-2 text-center text-ink-2 text-xs">
                      {t(second_factor_required ? "roles.required" : "roles.optional")}
                    </td>
                  ))}
                </tr>
              )}
            </tbody>
          </table>
        </div>
      )}
    </Modal>
  );
}

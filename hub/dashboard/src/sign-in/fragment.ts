/** The token of a one-time link: read from behind the `#`, which no browser sends, and taken out of the address bar. */
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";

export function useFragmentToken(): string {
  const { hash, pathname } = useLocation();
  const navigate = useNavigate();
  const [token, setToken] = useState(hash);
  useEffect(() => {
    if (!hash) return;
    setToken(hash);
    navigate({ to: pathname, hash: "", replace: true });
  }, [hash, pathname, navigate]);
  return token;
}

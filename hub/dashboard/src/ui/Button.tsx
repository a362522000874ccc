/** Buttons: `ink` for the one main act of a page, `quiet` for the rest. */
import type { ComponentProps } from "react";

const LOOKS = {
  ink: "bg-ink text-ground hover:opacity-90 border-transparent font-medium",
  quiet: "bg-surface text-ink border-line-strong hover:bg-hover",
  bare: "bg-transparent text-ink-2 border-transparent hover:bg-hover hover:text-ink",
};
const SIZES = { md: "h-9 px-3 gap-2", sm: "h-7 px-2 gap-1.5 text-xs", icon: "size-8 justify-center" };

type Props = ComponentProps<"button"> & { look?: keyof typeof LOOKS; size?: keyof typeof SIZES };

export function Button({ look = "quiet", size = "md", className = "", type = "button", ...rest }: Props) {
  return (
    <button
      type={type}
      className={`inline-flex shrink-0 items-center justify-center whitespace-nowrap rounded-md border transition-colors disabled:cursor-default disabled:opacity-60 ${LOOKS[look]} ${SIZES[size]} ${className}`}
      {...rest}
    />
  );
}

/** Gives the person a file that was made here. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by then; until then the address must hold.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

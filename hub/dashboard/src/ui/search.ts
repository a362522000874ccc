/** What an address says after the question mark, with one word of it changed or taken out. */
export function changed<Search extends object>(search: Search, name: keyof Search, value: string | undefined): Search {
  const { [name]: _, ...rest } = search;
  return (value ? { ...rest, [name]: value } : rest) as Search;
}

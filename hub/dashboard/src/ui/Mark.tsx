/** The mark: a booth's arch, and someone who watches in it. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" width={size} height={size} className="shrink-0">
      <path d="M7 27V14a9 9 0 0 1 18 0v13" fill="none" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />
      <circle cx="16" cy="15.5" r="3.8" className="fill-accent" />
    </svg>
  );
}

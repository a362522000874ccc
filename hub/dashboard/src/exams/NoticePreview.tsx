/** The notice as candidates meet it: large, light, one thing at a time, whatever the dashboard's theme. */
import { t } from "@/text/text";

export function NoticePreview({ text, exam }: { text: string; exam: string }) {
  const said = text.trim();
  return (
    <section aria-label={t("exam.preview-label")} className="@container">
      {/* 2.75 % of the width, 28 px on a screen of 1024 px: agent/screen/static/screen.css has the same measure. */}
      <div className="flex aspect-[1024/600] flex-col gap-[0.6em] overflow-hidden rounded-lg border border-line-strong bg-[#f4f6f4] p-[1em] text-[#16242b] text-[2.75cqw] leading-[1.3]">
        <p className="shrink-0 self-start rounded-full bg-[#dcefee] px-[0.8em] py-[0.2em] text-[0.75em] text-[#0b5c63]">
          {exam || t("exams.name")}
        </p>
        {said ? (
          <>
            <h4 className="shrink-0 font-semibold text-[1.3em] leading-tight">{t("exam.preview-title")}</h4>
            <div
              // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keyboard, too
              tabIndex={0}
              className="min-h-0 flex-1 overflow-y-auto whitespace-pre-line text-pretty pr-[0.5em] [mask-image:linear-gradient(#000_calc(100%-1.4em),transparent)] pb-[1em] [overflow-wrap:anywhere]"
            >
              {said}
            </div>
            <span
              aria-hidden="true"
              className="shrink-0 self-end rounded-[0.4em] bg-[#0b5c63] px-[1.2em] py-[0.45em] font-semibold text-white"
            >
              {t("exam.preview-accept")}
            </span>
          </>
        ) : (
          <p className="m-auto text-[#43545c]">{t("exam.preview-empty")}</p>
        )}
      </div>
    </section>
  );
}

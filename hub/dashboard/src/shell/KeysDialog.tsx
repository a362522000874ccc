/** What the keys do. Opened with `?`. */
import { t } from "@/text/text";
import { Modal } from "@/ui/Modal";

const GROUPS = [
  {
    title: t("keys.any"),
    keys: [
      ["1", t("keys.go-wall")],
      ["2", t("keys.go-exam-sessions")],
      ["3", t("keys.go-violations")],
      ["4", t("keys.go-booths")],
      ["5", t("keys.go-system")],
      ["?", t("keys.help")],
      ["Esc", t("keys.close")],
    ],
  },
  {
    title: t("keys.wall"),
    keys: [
      ["← ↑ ↓ →", t("keys.arrows")],
      ["Enter", t("keys.enter")],
      ["l", t("keys.look")],
    ],
  },
  {
    title: t("keys.booth"),
    keys: [
      ["v", t("keys.watch")],
      ["s", t("keys.sound")],
      ["t", t("keys.talk")],
      ["Space", t("keys.space")],
      ["m", t("keys.message")],
    ],
  },
  {
    title: t("keys.feed"),
    keys: [
      ["j", t("keys.next")],
      ["k", t("keys.previous")],
      ["Enter", t("keys.open")],
    ],
  },
] as const;

export function KeysDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Modal title={t("keys.title")} open={open} onOpenChange={onOpenChange}>
      {GROUPS.map((group) => (
        <section key={group.title} className="mb-4 last:mb-0">
          <h3 className="mb-1 font-semibold text-ink-3 text-xs">{group.title}</h3>
          <dl>
            {group.keys.map(([key, act]) => (
              <div key={key} className="flex items-center justify-between py-1">
                <dt className="order-2">
                  <kbd className="rounded-sm border border-line-strong bg-sunken px-1.5 py-0.5 font-mono text-xs">
                    {key}
                  </kbd>
                </dt>
                <dd className="text-ink-2">{act}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
}

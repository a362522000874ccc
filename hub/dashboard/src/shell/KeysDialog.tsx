/** What the keys do. Opened with `?`. */
import type { Place } from "@/shell/places";
import { t } from "@/text/text";
import { Modal } from "@/ui/Modal";

const GROUPS = [
  {
    title: t("keys.wall"),
    keys: [
      ["← ↑ ↓ →", t("keys.arrows")],
      ["Enter", t("keys.enter")],
      ["l", t("keys.look")],
      ["v", t("keys.live")],
      ["/", t("keys.search")],
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
    title: t("keys.review"),
    keys: [
      ["c", t("keys.confirm")],
      ["d", t("keys.dismiss")],
      ["n · p", t("keys.step")],
      ["e", t("keys.note")],
      ["u", t("keys.undo")],
      ["Space", t("keys.play")],
      ["x", t("keys.choose")],
      ["a", t("keys.choose-alike")],
      ["f", t("keys.flag")],
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

type Props = { places: Place[]; open: boolean; onOpenChange: (open: boolean) => void };

export function KeysDialog({ places, open, onOpenChange }: Props) {
  const anywhere = {
    title: t("keys.any"),
    keys: [
      ...places.map(({ text }, place) => [`${place + 1}`, t("keys.go", { place: text })] as const),
      ["?", t("keys.help")],
      ["Esc", t("keys.close")],
    ],
  } as const;
  return (
    <Modal title={t("keys.title")} open={open} onOpenChange={onOpenChange}>
      {[anywhere, ...GROUPS].map((group) => (
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

/** What the keys do. Opened with `?`. */
import { useLocation } from "@tanstack/react-router";
import { type PageAct, pageActs } from "@/palette/acts";
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
      ["o", t("keys.sights")],
      ["i", t("keys.stats")],
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
    title: t("timeline.title"),
    keys: [
      ["← →", t("keys.timeline-step")],
      ["[ ]", t("keys.timeline-jump")],
      ["+ − 0", t("keys.timeline-zoom")],
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

/** On which pages the keys of a group do something; others are shown after what works here. */
const WORKS: readonly [group: string, at: RegExp][] = [
  [t("keys.wall"), /^\/$/],
  [t("keys.booth"), /^\/(booths|exam-sessions)\/./],
  [t("keys.review"), /^\/review/],
  [t("timeline.title"), /^\/(exam-sessions|review|reports)\/./],
  [t("keys.feed"), /^\/($|violations|booths\/.|exam-sessions\/.)/],
];

type Group = { title: string; keys: readonly (readonly [string, string])[] };

/** What works on this page first, then what works everywhere, then the rest. */
export function keyGroups(pathname: string, anywhere: Group, acts: readonly PageAct[]): Group[] {
  const works = (group: Group) => WORKS.some(([title, at]) => title === group.title && at.test(pathname));
  const own = acts.flatMap(({ key, text }) => (key === undefined ? [] : [[key, text] as const]));
  return [
    ...(own.length > 0 ? [{ title: t("keys.this-page"), keys: own }] : []),
    ...GROUPS.filter(works),
    anywhere,
    ...GROUPS.filter((group) => !works(group)),
  ];
}

type Props = { places: Place[]; open: boolean; onOpenChange: (open: boolean) => void };

export function KeysDialog({ places, open, onOpenChange }: Props) {
  const { pathname } = useLocation();
  const anywhere = {
    title: t("keys.any"),
    keys: [
      ...places.map(({ text }, place) => [`${place + 1}`, t("keys.go", { place: text })] as const),
      [t("keys.control-k"), t("keys.palette")],
      ["?", t("keys.help")],
      ["Esc", t("keys.close")],
    ],
  } as const;
  return (
    <Modal title={t("keys.title")} open={open} onOpenChange={onOpenChange}>
      {keyGroups(pathname, anywhere, pageActs()).map((group) => (
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

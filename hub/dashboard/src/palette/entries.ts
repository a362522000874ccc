/** What Ctrl-K can open: places, booths, exam sessions, reports, exams, people, acts of the page, and settings of one's own. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import {
  ChartColumn,
  CircleUser,
  FileText,
  GraduationCap,
  Keyboard,
  Languages,
  type LucideIcon,
  Monitor,
  Moon,
  NotebookText,
  RectangleVertical,
  Sun,
  Zap,
} from "lucide-react";
import { useEffect, useState } from "react";
import { api, ask } from "@/api/client";
import { boothsQuery } from "@/api/queries";
import type { Me } from "@/api/types";
import { pageActs } from "@/palette/acts";
import { score } from "@/palette/fuzzy";
import { examChoicesQuery } from "@/places/queries";
import { placesFor } from "@/shell/places";
import { choose, chosen, LANGUAGES, type Language } from "@/text/language";
import { named, t } from "@/text/text";
import { THEMES, useTheme } from "@/ui/theme";

export const GROUPS = ["acts", "places", "booths", "candidates", "reports", "exams", "people", "own"] as const;
export type Group = (typeof GROUPS)[number];
export type Entry = {
  id: string;
  group: Group;
  icon: LucideIcon;
  text: string;
  detail?: string;
  key?: string;
  open: () => void;
};

/** How long somebody types before the hub is asked. */
const PAUSE_MS = 150;
const ASKED = 8;
/** Shown of one group at once. */
const SHOWN = 6;
const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon };

function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

function useGo() {
  const router = useRouter();
  const navigate = useNavigate();
  return {
    navigate,
    /** An address that a page of this version may have. */
    known: (path: string) => Object.hasOwn(router.routesByPath, path),
    go: (href: string) => router.history.push(href),
  };
}

function useHere(me: Me, onKeys: () => void): Entry[] {
  const { navigate } = useGo();
  const [theme, setTheme] = useTheme();
  const places = placesFor(me.permissions).flatMap((place, at) =>
    place.tabs.map(
      (tab, nth): Entry => ({
        id: `place ${tab.to}`,
        group: "places",
        icon: place.icon,
        text: tab.text,
        ...(tab.text === place.text ? {} : { detail: place.text }),
        ...(nth === 0 ? { key: `${at + 1}` } : {}),
        open: () => void navigate({ to: tab.to }),
      }),
    ),
  );
  const acts = pageActs().map(
    ({ text, key, run }): Entry => ({
      id: `act ${text}`,
      group: "acts",
      icon: Zap,
      text,
      ...(key === undefined ? {} : { key }),
      open: run,
    }),
  );
  const own: Entry[] = [
    { id: "keys", group: "own", icon: Keyboard, text: t("keys.help"), key: "?", open: onKeys },
    ...THEMES.filter((each) => each !== theme).map(
      (each): Entry => ({
        id: `theme ${each}`,
        group: "own",
        icon: THEME_ICONS[each],
        text: `${t("top.theme")}: ${t(`top.theme-${each}`)}`,
        open: () => setTheme(each),
      }),
    ),
    ...(Object.keys(LANGUAGES) as Language[])
      .filter((language) => language !== chosen())
      .map(
        (language): Entry => ({
          id: `language ${language}`,
          group: "own",
          icon: Languages,
          text: `${t("top.language")}: ${LANGUAGES[language]}`,
          open: () => choose(language),
        }),
      ),
  ];
  return [...acts, ...places, ...own];
}

function useBooths(me: Me): Entry[] {
  const { navigate } = useGo();
  const enabled = me.permissions.includes("booths.read");
  const booths = useQuery({ ...boothsQuery, enabled }).data?.items ?? [];
  return booths.map((booth) => ({
    id: `booth ${booth.booth_id}`,
    group: "booths",
    icon: RectangleVertical,
    text: booth.name,
    detail: [booth.booth_id, booth.exam_session?.candidate_name].filter(Boolean).join(" · "),
    open: () => void navigate({ to: "/booths/$boothId", params: { boothId: booth.booth_id } }),
  }));
}

function useExams(me: Me): Entry[] {
  const { go, known, navigate } = useGo();
  const enabled = me.permissions.includes("exam_sessions.read");
  const exams = useQuery({ ...examChoicesQuery, enabled }).data?.items ?? [];
  const reads = me.permissions.includes("reports.read");
  return exams.flatMap(({ exam_id: id, name }): Entry[] => [
    ...(known("/exams/$examId")
      ? [{ id: `exam ${id}`, group: "exams" as const, icon: GraduationCap, text: name, open: () => go(`/exams/${id}`) }]
      : []),
    ...(reads
      ? [
          {
            id: `summary ${id}`,
            group: "exams" as const,
            icon: ChartColumn,
            text: name,
            detail: t("nav.summaries"),
            open: () => void navigate({ to: "/summaries", search: { exam: id } }),
          },
        ]
      : []),
  ]);
}

/** The hub finds these by beginnings of a candidate's name and number; what it found fits. */
function useFound(me: Me, typed: string): { found: Entry[]; busy: boolean } {
  const { navigate } = useGo();
  const q = useRested(typed.trim());
  const enabled = q.length > 0 && me.permissions.includes("exam_sessions.read");
  const query = useQuery({
    queryKey: ["palette", q],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/exam-sessions", { params: { query: { q, limit: ASKED } }, signal })),
    enabled,
    placeholderData: (old) => old,
  });
  const sessions = enabled ? (query.data?.items ?? []) : [];
  const detail = (session: (typeof sessions)[number]) =>
    [session.candidate_number, session.exam_name, named("sitting", session.state)].join(" · ");
  const found = sessions.map(
    (session): Entry => ({
      id: `exam session ${session.exam_session_id}`,
      group: "candidates",
      icon: CircleUser,
      text: session.candidate_name,
      detail: detail(session),
      open: () =>
        void navigate({ to: "/exam-sessions/$examSessionId", params: { examSessionId: session.exam_session_id } }),
    }),
  );
  const reports = sessions
    .filter((session) => session.ended_at !== null && me.permissions.includes("reports.read"))
    .map(
      (session): Entry => ({
        id: `report ${session.exam_session_id}`,
        group: "reports",
        icon: FileText,
        text: t("report.title", { name: session.candidate_name }),
        detail: detail(session),
        open: () =>
          void navigate({ to: "/reports/$examSessionId", params: { examSessionId: session.exam_session_id } }),
      }),
    );
  return { found: [...found, ...reports], busy: enabled && (query.isFetching || q !== typed.trim()) };
}

function usePeople(me: Me): Entry[] {
  const { go, known } = useGo();
  const enabled = me.permissions.includes("people.manage") && known("/people/$username");
  const people = useQuery({
    queryKey: ["palette", "people"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/users", { signal })),
    enabled,
  });
  return (enabled ? (people.data?.items ?? []) : []).map(({ username, display_name, role }) => ({
    id: `person ${username}`,
    group: "people",
    icon: NotebookText,
    text: display_name || username,
    detail: `${username} · ${named("role", role)}`,
    open: () => go(`/people/${encodeURIComponent(username)}`),
  }));
}

/** What the hub found begins a word of a name. */
const FOUND = 3;

/**
 * What fits, in groups: the best of each first. The group with the best goes before the others, as soon as something is
 * typed; of two as good, as `GROUPS` has them.
 */
export function ranked(entries: readonly Entry[], typed: string, found: readonly Entry[] = []): Entry[] {
  const groups = GROUPS.map((group) => {
    const fitting = entries
      .filter((entry) => entry.group === group)
      .map((entry) => ({
        entry,
        points: Math.max(score(entry.text, typed), 0.9 * score(`${entry.text} ${entry.detail ?? ""}`, typed, false)),
      }))
      .filter(({ points }) => points > 0)
      .concat(found.filter((entry) => entry.group === group).map((entry) => ({ entry, points: FOUND })))
      .toSorted((a, b) => b.points - a.points);
    const most = group === "acts" || group === "places" ? fitting.length : SHOWN;
    return fitting.slice(0, most);
  });
  const best = (group: (typeof groups)[number]) => group[0]?.points ?? 0;
  return groups.toSorted((a, b) => best(b) - best(a)).flatMap((group) => group.map(({ entry }) => entry));
}

export function useEntries(me: Me, typed: string, onKeys: () => void): { entries: Entry[]; busy: boolean } {
  const here = useHere(me, onKeys);
  const booths = useBooths(me);
  const exams = useExams(me);
  const people = usePeople(me);
  const { found, busy } = useFound(me, typed);
  // Without words there is no end of exams and people: only what is near is offered.
  const local = typed.trim() ? [...here, ...booths, ...exams, ...people] : [...here, ...booths];
  return { entries: ranked(local, typed, found), busy };
}

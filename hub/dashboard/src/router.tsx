/** Which address shows which page, and what an address may say after the question mark. */
import { useQuery } from "@tanstack/react-query";
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
  lazyRouteComponent,
  Navigate,
  Outlet,
  useNavigate,
} from "@tanstack/react-router";
import { meQuery } from "@/api/queries";
import { parseAuditSearch } from "@/audit/search";
import { parseBoothSearch } from "@/booths/search";
import { parseCandidateSearch } from "@/candidates/search";
import { parseDeviceSearch } from "@/devices/search";
import { parseExamSessionSearch } from "@/exam-sessions/search";
import { parseExamsSearch, parseNewExamSearch } from "@/exams/search";
import { parseInvitationSearch, parsePeopleSearch, parseTokenSearch } from "@/people/search";
import { parsePlaceSearch } from "@/places/search";
import { parseProfileSearch, parseProfilesSearch } from "@/profiles/search";
import { parseReportSearch, parseReportsSearch, parseSummarySearch } from "@/reports/search";
import { parseQueueSearch, parseRatesSearch } from "@/review/search";
import { parseCodesSearch, parseScheduleSearch } from "@/schedule/search";
import { parseRetentionSearch } from "@/settings/search";
import { keepScope, parseScope, type Scope } from "@/shell/ScopeChoice";
import { Shell } from "@/shell/Shell";
import { OtherWays } from "@/sign-in/OtherWays";
import { SignInPage } from "@/sign-in/SignInPage";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { afterSentences } from "@/ui/later";
import { Notice } from "@/ui/Notice";
import { parseFilter } from "@/violations/search";
import { parseWallSearch } from "@/wall/search";
import { WallPage } from "@/wall/WallPage";

type Raw = Record<string, unknown>;

/** Only an address of our own: `//elsewhere` and `https:` would lead a signed-in person away. */
export function safeNext(next: unknown): string | undefined {
  return typeof next === "string" && /^\/(?![/\\])/.test(next) && !next.startsWith("/sign-in") ? next : undefined;
}

/** A page of its own file, with what it says. */
function page<Module extends Record<Name, unknown>, Name extends string>(load: () => Promise<Module>, name: Name) {
  return lazyRouteComponent(() => afterSentences(load), name);
}

function NotFound() {
  return (
    <Notice title={t("error.not-found")}>
      <Link to="/" className="underline underline-offset-2">
        {t("error.go-wall")}
      </Link>
    </Notice>
  );
}

function Crash({ error }: ErrorComponentProps) {
  console.error(error);
  return (
    <Notice alert title={t("error.crash")} detail={t("error.crash-detail")}>
      <Button onClick={() => location.reload()}>{t("error.reload")}</Button>
    </Notice>
  );
}

function Door() {
  const { next, refused } = signIn.useSearch();
  const navigate = useNavigate();
  const me = useQuery(meQuery);
  if (me.data) return <Navigate to={next ?? "/"} replace />;
  const onDone = () => navigate({ to: next ?? "/", replace: true });
  return <SignInPage onDone={onDone} refused={refused} beside={<OtherWays />} />;
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Crash });
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (raw: Raw): { next?: string; refused?: string } => {
    const next = safeNext(raw.next);
    return {
      ...(next === undefined ? {} : { next }),
      ...(raw.refused === undefined ? {} : { refused: String(raw.refused).slice(0, 300) }),
    };
  },
  component: Door,
});
const join = createRoute({
  getParentRoute: () => root,
  path: "/join",
  component: page(() => import("@/sign-in/JoinPage"), "JoinPage"),
});
const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  component: page(() => import("@/sign-in/ResetPage"), "ResetPage"),
});
const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  validateSearch: (raw: Raw): { violation?: string } & Scope => ({
    ...(typeof raw.violation === "string" && raw.violation ? { violation: raw.violation } : {}),
    ...parseScope(raw),
  }),
  search: { middlewares: [keepScope] },
  component: Shell,
});
const wall = createRoute({
  getParentRoute: () => shell,
  path: "/",
  validateSearch: parseWallSearch,
  component: WallPage,
});
const violations = createRoute({
  getParentRoute: () => shell,
  path: "/violations",
  validateSearch: parseFilter,
  component: page(() => import("@/violations/ViolationsPage"), "ViolationsPage"),
});
const booths = createRoute({
  getParentRoute: () => shell,
  path: "/booths",
  validateSearch: parseBoothSearch,
  component: page(() => import("@/booths/BoothsPage"), "BoothsPage"),
});
const rooms = createRoute({
  getParentRoute: () => shell,
  path: "/rooms",
  validateSearch: parsePlaceSearch,
  component: page(() => import("@/places/RoomsPage"), "RoomsPage"),
});
const devices = createRoute({
  getParentRoute: () => shell,
  path: "/devices",
  validateSearch: parseDeviceSearch,
  component: page(() => import("@/devices/DevicesPage"), "DevicesPage"),
});
const device = createRoute({
  getParentRoute: () => shell,
  path: "/devices/$deviceId",
  component: page(() => import("@/devices/DevicePage"), "DevicePage"),
});
const updates = createRoute({
  getParentRoute: () => shell,
  path: "/updates",
  component: page(() => import("@/updates/UpdatesPage"), "UpdatesPage"),
});
const rollout = createRoute({
  getParentRoute: () => shell,
  path: "/updates/$rolloutId",
  component: page(() => import("@/updates/RolloutPage"), "RolloutPage"),
});
const booth = createRoute({
  getParentRoute: () => shell,
  path: "/booths/$boothId",
  component: page(() => import("@/booths/BoothPage"), "BoothPage"),
});
const examSessions = createRoute({
  getParentRoute: () => shell,
  path: "/exam-sessions",
  validateSearch: parseExamSessionSearch,
  component: page(() => import("@/exam-sessions/ExamSessionsPage"), "ExamSessionsPage"),
});
const examSession = createRoute({
  getParentRoute: () => shell,
  path: "/exam-sessions/$examSessionId",
  component: page(() => import("@/exam-sessions/ExamSessionPage"), "ExamSessionPage"),
});
const exams = createRoute({
  getParentRoute: () => shell,
  path: "/exams",
  validateSearch: parseExamsSearch,
  component: page(() => import("@/exams/ExamsPage"), "ExamsPage"),
});
const newExam = createRoute({
  getParentRoute: () => shell,
  path: "/exams/new",
  validateSearch: parseNewExamSearch,
  component: page(() => import("@/exams/ExamPage"), "NewExamPage"),
});
const exam = createRoute({
  getParentRoute: () => shell,
  path: "/exams/$examId",
  component: page(() => import("@/exams/ExamPage"), "ExamPage"),
});
const profiles = createRoute({
  getParentRoute: () => shell,
  path: "/profiles",
  validateSearch: parseProfilesSearch,
  component: page(() => import("@/profiles/ProfilesPage"), "ProfilesPage"),
});
const profile = createRoute({
  getParentRoute: () => shell,
  path: "/profiles/$name",
  validateSearch: parseProfileSearch,
  component: page(() => import("@/profiles/ProfilePage"), "ProfilePage"),
});
const review = createRoute({
  getParentRoute: () => shell,
  path: "/review",
  validateSearch: parseQueueSearch,
  component: page(() => import("@/review/ReviewPage"), "ReviewPage"),
});
const rates = createRoute({
  getParentRoute: () => shell,
  path: "/review/rates",
  validateSearch: parseRatesSearch,
  component: page(() => import("@/review/RatesPage"), "RatesPage"),
});
const system = createRoute({
  getParentRoute: () => shell,
  path: "/system",
  component: page(() => import("@/system/SystemPage"), "SystemPage"),
});
const reports = createRoute({
  getParentRoute: () => shell,
  path: "/reports",
  validateSearch: parseReportsSearch,
  component: page(() => import("@/reports/ReportsPage"), "ReportsPage"),
});
const report = createRoute({
  getParentRoute: () => shell,
  path: "/reports/$examSessionId",
  validateSearch: parseReportSearch,
  component: page(() => import("@/reports/ReportPage"), "ReportPage"),
});
const summaries = createRoute({
  getParentRoute: () => shell,
  path: "/summaries",
  validateSearch: parseSummarySearch,
  component: page(() => import("@/reports/SummariesPage"), "SummariesPage"),
});
const candidates = createRoute({
  getParentRoute: () => shell,
  path: "/candidates",
  validateSearch: parseCandidateSearch,
  component: page(() => import("@/candidates/CandidatesPage"), "CandidatesPage"),
});
const importCandidates = createRoute({
  getParentRoute: () => shell,
  path: "/candidates/import",
  component: page(() => import("@/candidates/ImportCandidatesPage"), "ImportCandidatesPage"),
});
const candidate = createRoute({
  getParentRoute: () => shell,
  path: "/candidates/$candidateId",
  component: page(() => import("@/candidates/CandidatePage"), "CandidatePage"),
});
const schedule = createRoute({
  getParentRoute: () => shell,
  path: "/schedule",
  validateSearch: parseScheduleSearch,
  component: page(() => import("@/schedule/SchedulePage"), "SchedulePage"),
});
const importSchedule = createRoute({
  getParentRoute: () => shell,
  path: "/schedule/import",
  component: page(() => import("@/schedule/ImportSchedulePage"), "ImportSchedulePage"),
});
const codes = createRoute({
  getParentRoute: () => shell,
  path: "/schedule/codes",
  validateSearch: parseCodesSearch,
  component: page(() => import("@/schedule/CodesPage"), "CodesPage"),
});
const account = createRoute({
  getParentRoute: () => shell,
  path: "/account",
  component: page(() => import("@/account/AccountPage"), "AccountPage"),
});
const people = createRoute({
  getParentRoute: () => shell,
  path: "/people",
  validateSearch: parsePeopleSearch,
  component: page(() => import("@/people/PeoplePage"), "PeoplePage"),
});
const person = createRoute({
  getParentRoute: () => shell,
  path: "/people/$username",
  component: page(() => import("@/people/PersonPage"), "PersonPage"),
});
const invitations = createRoute({
  getParentRoute: () => shell,
  path: "/invitations",
  validateSearch: parseInvitationSearch,
  component: page(() => import("@/people/InvitationsPage"), "InvitationsPage"),
});
const tokens = createRoute({
  getParentRoute: () => shell,
  path: "/tokens",
  validateSearch: parseTokenSearch,
  component: page(() => import("@/people/TokensPage"), "TokensPage"),
});
const audit = createRoute({
  getParentRoute: () => shell,
  path: "/audit",
  validateSearch: parseAuditSearch,
  component: page(() => import("@/audit/AuditPage"), "AuditPage"),
});
const messages = createRoute({
  getParentRoute: () => shell,
  path: "/settings/messages",
  component: page(() => import("@/settings/MessagesPage"), "MessagesPage"),
});
const retention = createRoute({
  getParentRoute: () => shell,
  path: "/settings/retention",
  validateSearch: parseRetentionSearch,
  component: page(() => import("@/settings/RetentionPage"), "RetentionPage"),
});
const webhooks = createRoute({
  getParentRoute: () => shell,
  path: "/settings/webhooks",
  component: page(() => import("@/settings/WebhooksPage"), "WebhooksPage"),
});
const webhook = createRoute({
  getParentRoute: () => shell,
  path: "/settings/webhooks/$webhookId",
  component: page(() => import("@/settings/WebhookPage"), "WebhookPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    join,
    resetPassword,
    shell.addChildren([
      account,
      people,
      person,
      invitations,
      tokens,
      audit,
      wall,
      webhook,
      webhooks,
      retention,
      messages,
      codes,
      importSchedule,
      schedule,
      candidate,
      importCandidates,
      candidates,
      examSessions,
      examSession,
      exams,
      newExam,
      exam,
      profiles,
      profile,
      review,
      rates,
      violations,
      booths,
      booth,
      rooms,
      devices,
      device,
      updates,
      rollout,
      system,
      reports,
      report,
      summaries,
    ]),
  ]),
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: Crash,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

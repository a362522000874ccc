/** What surrounds every page for somebody who is signed in; everybody else is sent to the door. */
import { useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { Suspense, useEffect, useRef, useState } from "react";
import { askEarlyNextTime } from "@/api/early";
import { meQuery } from "@/api/queries";
import type { Me } from "@/api/types";
import { LiveProvider, useLive } from "@/live/LiveProvider";
import { usePalette } from "@/palette/usePalette";
import { StaleBanner } from "@/shell/Connection";
import { placesFor } from "@/shell/places";
import { Rail } from "@/shell/Rail";
import { Tabs } from "@/shell/Tabs";
import { TopLine } from "@/shell/TopLine";
import { t } from "@/text/text";
import { useKeys } from "@/ui/keyboard";
import { later } from "@/ui/later";
import { Failure } from "@/ui/Notice";
import { Loading } from "@/ui/Skeleton";

const KeysDialog = later(async () => (await import("@/shell/KeysDialog")).KeysDialog);
const ViolationDrawer = later(async () => (await import("@/violations/ViolationDrawer")).ViolationDrawer);

/** Whether it was wanted once: what is opened by and by is loaded then, and stays to close as it likes. */
function useOnceWanted(wanted: boolean): boolean {
  const once = useRef(false);
  once.current ||= wanted;
  return once.current;
}

const MustEnrol = later(async () => (await import("@/account/MustEnrol")).MustEnrol);

/** While the hub is silent colour leaves the page, so that nobody takes it for the present. */
function Content() {
  const stale = useLive().phase === "stale";
  return (
    <main id="content" tabIndex={-1} className={`outline-none ${stale ? "grayscale-75" : ""}`}>
      <Outlet />
    </main>
  );
}

function SignedIn({ me }: { me: Me }) {
  const [keysShown, showKeys] = useState(false);
  const { violation } = useSearch({ strict: false });
  const keysWanted = useOnceWanted(keysShown);
  const drawerWanted = useOnceWanted(violation !== undefined);
  const navigate = useNavigate();
  const places = placesFor(me.permissions);
  const { open: search, palette } = usePalette(me, () => showKeys(true));
  useKeys({
    "?": () => showKeys(true),
    ...Object.fromEntries(places.map(({ tabs }, place) => [`${place + 1}`, () => navigate({ to: tabs[0].to })])),
  });
  return (
    <>
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-ink px-3 py-2 text-ground focus:translate-y-0"
      >
        {t("app.skip")}
      </a>
      <Rail />
      <div className="pb-[72px] md:pb-0 md:pl-[72px] print:p-0">
        <TopLine me={me} onKeys={() => showKeys(true)} onSearch={search} />
        <StaleBanner />
        <Tabs />
        <Content />
      </div>
      {palette}
      <Suspense>
        {drawerWanted && <ViolationDrawer />}
        {keysWanted && <KeysDialog places={places} open={keysShown} onOpenChange={showKeys} />}
      </Suspense>
    </>
  );
}

/** Goes to the sign-in page once, and has it lead back to where the person wanted to be. */
function ToTheDoor() {
  const router = useRouter();
  useEffect(() => {
    const { href } = router.state.location;
    router.navigate({ to: "/sign-in", search: href === "/" ? {} : { next: href }, replace: true });
  }, [router]);
  return <Loading />;
}

export function Shell() {
  const me = useQuery(meQuery);
  const known = me.data;
  useEffect(() => {
    if (known !== undefined) askEarlyNextTime(known);
  }, [known]);
  if (me.isPending) return <Loading />;
  if (me.data === undefined) return <Failure error={me.error} onRetry={() => me.refetch()} />;
  if (me.data === null) return <ToTheDoor />;
  // Whose role needs a second factor can do nothing but set it up.
  if (me.data.must_enrol) {
    return (
      <Suspense fallback={<Loading />}>
        <MustEnrol me={me.data} />
      </Suspense>
    );
  }
  return (
    <LiveProvider>
      <SignedIn me={me.data} />
    </LiveProvider>
  );
}

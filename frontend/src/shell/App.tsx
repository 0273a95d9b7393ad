import { Suspense, useEffect, useRef } from "react";
import { Legend } from "../parts/Kind";
import { Empty, Loading } from "../parts/states";
import { Tip } from "../parts/Tip";
import { pageOf } from "../pages";
import { Boundary } from "./Boundary";
import { KeyHelp } from "./KeyHelp";
import { useKeys } from "./keys";
import { Link } from "./Link";
import { Rail } from "./Rail";
import { go, href, usePlace } from "./route";
import { Top } from "./Top";

/** The frame that every page hangs in. */
export function App() {
  const { path } = usePlace();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useKeys([
    { key: "g t", says: "go to Thefts", run: () => { go(href("/")); } },
    { key: "g c", says: "go to Cases", run: () => { go(href("/cases")); } },
    { key: "g r", says: "go to Runs", run: () => { go(href("/runs")); } },
  ]);
  useEffect(() => {
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true }); // a new page begins at its top, for eye and screen reader alike
    window.scrollTo(0, 0);
  }, [path]);
  const page = pageOf(path);
  return (
    <div className="frame">
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>
        To the answer
      </a>
      <Rail />
      <Top />
      <main id="main" tabIndex={-1} ref={main}>
        <Boundary key={path}>
          <Suspense fallback={<Loading what="the page" />}>
            {page ?? (
              <Empty fill={<Link href={href("/")}>Go to Thefts</Link>}>Nothing is at {path}.</Empty>
            )}
          </Suspense>
        </Boundary>
      </main>
      <Legend />
      <Tip />
      <KeyHelp />
    </div>
  );
}

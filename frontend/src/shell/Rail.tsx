import { Link } from "./Link";
import { href, usePlace } from "./route";

const WAYS = [
  { to: "/", name: "Thefts", asks: "How much, by whom?", under: ["/thefts", "/incident"] },
  { to: "/cases", name: "Cases", asks: "What did we find?", under: ["/cases"] },
  { to: "/runs", name: "Runs", asks: "Where is the money?", under: ["/runs", "/trace", "/balance"] },
];

export function Rail() {
  const { path } = usePlace();
  return (
    <nav className="rail" aria-label="Workbench">
      <Link className="brand" href={href("/")} aria-label="dyepack, to the thefts">
        <svg viewBox="0 0 32 22" aria-hidden="true">
          <rect x="1" y="1" width="30" height="20" rx="2" />
          <rect className="ink" x="11" y="1" width="10" height="20" />
        </svg>
        <b>dyepack</b>
      </Link>
      <ul>
        {WAYS.map(({ to, name, asks, under }) => {
          const current = path === to || under.some((one) => path.startsWith(one));
          return (
            <li key={to}>
              <Link href={href(to)} aria-current={current ? "page" : undefined}>
                <span>{name}</span>
                <small>{asks}</small>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

import { useSettings } from "../shell/settings";
import { localMoment, moment } from "./format";

/** A moment: always in UTC and marked so, with the reader's clock beside it where that is wanted. */
export function Moment({ of }: { of: string }) {
  const { local } = useSettings();
  const bare = of.length <= 10;
  return (
    <time className="moment" dateTime={of}>
      {bare ? of : `${moment(of)} UTC`}
      {local && !bare && <span className="soft"> ({localMoment(of)})</span>}
    </time>
  );
}

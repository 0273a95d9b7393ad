import { useEffect } from "react";
import { plain } from "./format";

/** The page's name in the tab and for a screen reader. */
export function useTitle(name: string): void {
  useEffect(() => {
    document.title = `${plain(name)} · dyepack`;
  }, [name]);
}

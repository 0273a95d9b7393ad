import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { go } from "./route";

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

/** A link within the workbench: a real one, so that it can be copied and opened in another tab. */
export function Link({ href, onClick, children, ...rest }: Props) {
  function follow(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event);
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const onto = new URL(href, location.href);
    go(href);
    if (onto.hash) document.getElementById(onto.hash.slice(1))?.scrollIntoView();
  }
  return (
    <a href={href} onClick={follow} {...rest}>
      {children}
    </a>
  );
}

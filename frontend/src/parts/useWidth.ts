import { useCallback, useState } from "react";

/** The width that an element has, and a ref to put on it: drawings are made to measure, so that their text keeps its size. */
export function useWidth(): [(element: HTMLElement | null) => void, number] {
  const [width, set] = useState(0);
  const ref = useCallback((element: HTMLElement | null) => {
    if (!element) return;
    set(element.clientWidth);
    const watch = new ResizeObserver(() => {
      set(element.clientWidth);
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
    };
  }, []);
  return [ref, width];
}

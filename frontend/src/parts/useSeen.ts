import { useCallback, useEffect, useState } from "react";

/** Whether an element has come into sight yet: what is dear to answer is asked only then. */
export function useSeen(): [(element: HTMLElement | null) => void, boolean] {
  const [seen, set] = useState(false);
  const ref = useCallback((element: HTMLElement | null) => {
    if (!element) return;
    const watch = new IntersectionObserver((found) => {
      if (found.some((one) => one.isIntersecting)) set(true);
    }, { rootMargin: "120px" });
    watch.observe(element);
    return () => {
      watch.disconnect();
    };
  }, []);
  return [ref, seen];
}

/** A value once it has rested: a slider that is drawn over a year asks once. */
export function useSettled<T>(value: T, rest: number): T {
  const [settled, set] = useState(value);
  useEffect(() => {
    const soon = window.setTimeout(() => {
      set(value);
    }, rest);
    return () => {
      window.clearTimeout(soon);
    };
  }, [value, rest]);
  return settled;
}

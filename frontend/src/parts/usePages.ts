import { useCallback, useEffect, useRef, useState } from "react";
import { ask, Refused } from "../api/client";

interface Paged<Row> {
  total: number;
  rows: Row[];
}

/** Rows of a long list, fetched by the page as they come into sight. */
export interface Pages<Row, Head extends Paged<Row>> {
  head: Head | null;
  error: Refused | null;
  waiting: boolean;
  row: (index: number) => Row | undefined;
  /** These rows are in sight. */
  see: (first: number, last: number) => void;
}

export const SIZE = 200;

/** `url` asks for one page from its offset and limit; another question begins anew and shows the old rows until then. */
export function usePages<Row, Head extends Paged<Row>>(url: (offset: number, limit: number) => string): Pages<Row, Head> {
  const key = url(0, SIZE);
  const [got, set] = useState<{ key: string; head: Head | null; error: Refused | null; pages: ReadonlyMap<number, Row[]> }>({ key: "", head: null, error: null, pages: new Map() });
  const asked = useRef(new Set<string>());
  const make = useRef(url);
  useEffect(() => {
    make.current = url;
  });

  const fetchPage = useCallback(
    (page: number) => {
      const wanted = make.current(page * SIZE, SIZE);
      if (asked.current.has(wanted)) return;
      asked.current.add(wanted);
      ask<Head>(wanted).then(
        (answer) => {
          if (make.current(0, SIZE) !== key) return; // an answer to a question that nobody asks any more
          set((before) => {
            const same = before.key === key;
            const pages = new Map(same ? before.pages : []).set(page, answer.rows);
            return { key, head: page === 0 || !same || before.head === null ? answer : before.head, error: null, pages };
          });
        },
        (error: unknown) => {
          asked.current.delete(wanted);
          if (make.current(0, SIZE) === key) set({ key, head: null, error: error instanceof Refused ? error : new Refused(0, { message: String(error) }), pages: new Map() });
        },
      );
    },
    [key],
  );

  useEffect(() => {
    asked.current.clear();
    fetchPage(0);
  }, [fetchPage]);

  const see = useCallback(
    (first: number, last: number) => {
      for (let page = Math.floor(first / SIZE); page <= Math.floor(last / SIZE); page++) fetchPage(page);
    },
    [fetchPage],
  );
  const { pages } = got;
  const row = useCallback((index: number) => pages.get(Math.floor(index / SIZE))?.[index % SIZE], [pages]);
  return { head: got.head, error: got.key === key ? got.error : null, waiting: got.key !== key, row, see };
}

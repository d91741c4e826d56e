/** One page of a list. Pages count from 1. */
export function pageOf<T>(all: readonly T[], { page, pageSize }: PageRequest) {
  const from = (page - 1) * pageSize;
  return {
    items: all.slice(from, from + pageSize),
    page,
    pageSize,
    hasNext: all.length > from + pageSize,
    hasPrevious: page > 1,
  };
}

interface PageRequest {
  page: number;
  pageSize: number;
}

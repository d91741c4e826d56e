/** How the details of a large run are divided, for whoever packs and whoever reads them. */

/** Tests whose details are one part. Opening one takes a few milliseconds; larger parts would compress better. */
export const TESTS_OF_PART = 100;

/* Debian's static libelf (0.192) leaves these out, which its shared one has. A tree's first
   word is its root; nothing here runs in more than one thread. */
#define _GNU_SOURCE
#include <search.h>

typedef int (*compare_t)(const void *, const void *);

__attribute__((weak)) void eu_search_tree_init(void **tree) { *tree = 0; }
__attribute__((weak)) void eu_search_tree_fini(void **tree, void (*end)(void *)) {
  tdestroy(*tree, end);
}
__attribute__((weak)) void *eu_tsearch(const void *key, void **tree, compare_t compare) {
  return tsearch(key, tree, compare);
}
__attribute__((weak)) void *eu_tfind(const void *key, void **tree, compare_t compare) {
  return tfind(key, tree, compare);
}
__attribute__((weak)) void *eu_tdelete(const void *key, void **tree, compare_t compare) {
  return tdelete(key, tree, compare);
}

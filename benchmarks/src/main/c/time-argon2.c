/*
 * Times libargon2's argon2id_hash_raw inside one process, as a C program calls it.
 *   usage: time-argon2 LIBRARY MEMORY_KIB ITERATIONS PARALLELISM SAMPLES BATCH
 * LIBRARY is opened by its path: linked by name, the system's own libargon2.so.1 would be taken instead.
 * Prints one line a sample: nanoseconds a call, on average over BATCH calls. One more sample comes first and is not told.
 */
#include <argon2.h>
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int hash_raw(uint32_t, uint32_t, uint32_t, const void *, size_t, const void *, size_t, void *, size_t);

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(int count, char **arguments) {
  if (count != 7) {
    fprintf(stderr, "usage: time-argon2 LIBRARY MEMORY_KIB ITERATIONS PARALLELISM SAMPLES BATCH\n");
    return 1;
  }
  void *library = dlopen(arguments[1], RTLD_NOW);
  hash_raw *hash_raw_id = library ? (hash_raw *)dlsym(library, "argon2id_hash_raw") : NULL;
  if (!hash_raw_id) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  const unsigned memory = strtoul(arguments[2], NULL, 10);
  const unsigned iterations = strtoul(arguments[3], NULL, 10);
  const unsigned parallelism = strtoul(arguments[4], NULL, 10);
  const long samples = strtol(arguments[5], NULL, 10);
  const long batch = strtol(arguments[6], NULL, 10);
  const char *password = "correct-dev-battery";
  const char salt[16] = "sixteen-byte-sal";
  unsigned char hash[32];
  for (long sample = -1; sample < samples; sample++) {
    const double start = now();
    for (long call = 0; call < batch; call++) {
      const int result = hash_raw_id(iterations, memory, parallelism, password, strlen(password), salt, sizeof salt,
                                     hash, sizeof hash);
      if (result != ARGON2_OK) {
        fprintf(stderr, "argon2id_hash_raw: error %d\n", result);
        return 1;
      }
    }
    if (sample >= 0) {
      printf("%.0f\n", (now() - start) / batch);
    }
  }
  return 0;
}

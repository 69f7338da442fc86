/* Has the time of day of one process go ahead: preloaded, see FakeClock. Other clocks stay right. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t ahead(void) {
  static time_t seconds = -1;
  if (seconds < 0) {
    const char *value = getenv("CLOCK_AHEAD_SECONDS");
    seconds = value == NULL ? 0 : atol(value);
  }
  return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *result) {
  int failed = (int) syscall(SYS_clock_gettime, clock, result);
  if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    result->tv_sec += ahead();
  }
  return failed;
}

int gettimeofday(struct timeval *result, void *zone) {
  struct timespec now;
  (void) zone;
  clock_gettime(CLOCK_REALTIME, &now);
  result->tv_sec = now.tv_sec;
  result->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result != NULL) {
    *result = now.tv_sec;
  }
  return now.tv_sec;
}

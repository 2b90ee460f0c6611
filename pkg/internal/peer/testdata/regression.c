// The same SGD on linear regression as package regression, one replica at a
// time: xoshiro256++, index draw, update and loss check at every step. Prints
// nanoseconds a step. Usage: regression DIM SAMPLES STEPS BOUND
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <math.h>
#include <time.h>

static uint64_t s[4] = {1, 2, 3, 4};
static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
static inline uint64_t next(void) {
	const uint64_t result = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
	s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotl(s[3], 45);
	return result;
}
static double uniform(void) { return (next() >> 11) * 0x1p-53; }
static double normal(void) { return sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform()); }

#define RUN(D) static int64_t run##D(const double *rows, uint64_t n, int64_t steps, double eta, double bound) { \
	double d[D] = {0}; int64_t exits = 0; \
	for (int64_t k = 0; k < steps; k++) { \
		const double *row = rows + (uint64_t)(((unsigned __int128)next() * n) >> 64) * (D + 1); \
		double e = 0, q = 0; \
		for (int i = 0; i < D; i++) e += row[i] * d[i]; \
		e = eta * (e - row[D]); \
		for (int i = 0; i < D; i++) { d[i] -= e * row[i]; q += d[i] * d[i]; } \
		if (!(q <= bound)) { exits++; for (int i = 0; i < D; i++) d[i] = 0; } \
	} \
	return exits; }
RUN(1) RUN(2) RUN(4) RUN(8)

int main(int argc, char **argv) {
	int d = atoi(argv[1]); uint64_t n = atoll(argv[2]); int64_t steps = atoll(argv[3]), exits; double bound = atof(argv[4]);
	double *rows = malloc(n * (d + 1) * sizeof *rows);
	for (uint64_t i = 0; i < n * (d + 1); i++) rows[i] = normal();
	struct timespec a, b;
	double best = 1e9;
	for (int turn = 0; turn < 3; turn++) {
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
		exits = d == 1 ? run1(rows, n, steps, 0.1, bound) : d == 2 ? run2(rows, n, steps, 0.1, bound)
			: d == 4 ? run4(rows, n, steps, 0.1, bound) : run8(rows, n, steps, 0.1, bound);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
		double ns = ((b.tv_sec - a.tv_sec) * 1e9 + b.tv_nsec - a.tv_nsec) / steps;
		if (ns < best) best = ns;
	}
	printf("%g %lld\n", best, (long long)exits);
}

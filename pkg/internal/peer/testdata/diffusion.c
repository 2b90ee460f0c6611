// The peer of BenchmarkDiffusion and BenchmarkFresh: Eq. 13 on a quartic double well of n dimensions by Euler–Maruyama,
// watched for z₁ ≥ level after each step. Mode "scalar" is one replica at a time with xoshiro256++
// and the ziggurat of Doornik (2005); mode "vector" is LANES replicas side by side, for the
// compiler to vectorise, with Box and Muller's transform from polynomials. Mode "fresh" is SGD on a
// regression with fresh normal samples, one replica at a time. Prints nanoseconds a step.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LANES 16
#define MAXN 16

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

static inline uint64_t rotl(uint64_t x, int k) { return x << k | x >> (64 - k); }

static uint64_t s[4] = {1, 2, 3, 4};

static inline uint64_t next(void) {
	uint64_t out = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
	s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotl(s[3], 45);
	return out;
}

#define C 128
#define R 3.442619855899
#define V 9.91256303526217e-3
static double zx[C + 1], zr[C];

static void zigset(void) {
	double f = exp(-0.5 * R * R);
	zx[0] = V / f; zx[1] = R; zx[C] = 0;
	for (int i = 2; i < C; i++) {
		zx[i] = sqrt(-2 * log(V / zx[i - 1] + f));
		f = exp(-0.5 * zx[i] * zx[i]);
	}
	for (int i = 0; i < C; i++) zr[i] = zx[i + 1] / zx[i];
}

static inline double uni(void) { return (next() >> 11) * 0x1p-53; }

static inline double normal(void) {
	for (;;) {
		uint64_t b = next();
		double u = 2 * ((b >> 11) * 0x1p-53) - 1;
		unsigned i = b & 0x7f;
		if (fabs(u) < zr[i]) return u * zx[i];
		if (i == 0) {
			double x, y;
			do { x = log(uni()) / R; y = log(uni()); } while (-2 * y < x * x);
			return u < 0 ? x - R : R - x;
		}
		double x = u * zx[i], f0 = exp(-0.5 * (zx[i] * zx[i] - x * x)), f1 = exp(-0.5 * (zx[i + 1] * zx[i + 1] - x * x));
		if (f1 + uni() * (f0 - f1) < 1) return x;
	}
}

static const double a2 = 0.5, a3 = -0.25, a4 = 1. / 32, dt = 0.01;

static double scalar(int n, long steps, double level) {
	double theta[MAXN] = {0}, g = sqrt(2 * 0.1 * dt), out = 0;
	for (long k = 0; k < steps; k++) {
		double z = theta[0], loss = 1 + z * z * (a2 + z * (a3 + z * a4));
		for (int i = 1; i < n; i++) loss += 0.5 * theta[i] * theta[i];
		double root = g * sqrt(loss);
		theta[0] += root * normal() - dt * z * (2 * a2 + z * (3 * a3 + z * 4 * a4));
		for (int i = 1; i < n; i++) theta[i] += root * normal() - dt * theta[i];
		if (theta[0] >= level) { out += k; memset(theta, 0, sizeof theta); }
	}
	return out + theta[0];
}

static double fresh(int n, long steps, double level) {
	double theta[MAXN] = {0}, x[MAXN], out = 0;
	for (long k = 0; k < steps; k++) {
		double e = -normal(), square = 0;
		for (int i = 0; i < n; i++) { x[i] = normal(); e += x[i] * theta[i]; }
		for (int i = 0; i < n; i++) { theta[i] -= 0.1 * e * x[i]; square += theta[i] * theta[i]; }
		if (!(square <= level)) { out += k; memset(theta, 0, sizeof theta); }
	}
	return out + theta[0];
}

static uint64_t w[4][LANES];

static inline void uniforms(double *u) {
	for (int l = 0; l < LANES; l++) {
		uint64_t out = rotl(w[0][l] + w[3][l], 23) + w[0][l], t = w[1][l] << 17;
		w[2][l] ^= w[0][l]; w[3][l] ^= w[1][l]; w[1][l] ^= w[2][l]; w[0][l] ^= w[3][l]; w[2][l] ^= t; w[3][l] = rotl(w[3][l], 45);
		uint64_t m = out >> 12 | 1023ull << 52; double d; memcpy(&d, &m, 8); u[l] = 2 - d;
	}
}

static inline double bits(uint64_t b) { double d; memcpy(&d, &b, 8); return d; }

static inline double vlog(double u) { // 0 < u ≤ 1
	uint64_t b; memcpy(&b, &u, 8);
	uint64_t e = b - 0x3fe6a09e667f3bcd + (1023ull << 52);
	double k = bits(e >> 52 | 0x433ull << 52) - (0x1p52 + 1023);
	double f = bits(b - (e & 0xfffull << 52) + (1023ull << 52)) - 1, q = f / (2 + f), z = q * q;
	double p = 1.479819860511658591e-01;
	p = p * z + 1.531383769920937332e-01; p = p * z + 1.818357216161805012e-01; p = p * z + 2.222219843214978396e-01;
	p = p * z + 2.857142874366239149e-01; p = p * z + 3.999999999940941908e-01; p = p * z + 6.666666666666735130e-01;
	double h = 0.5 * f * f;
	return k * 6.93147180559945286227e-01 - (h - q * (h + p * z)) + f;
}

static inline void vsincos(double u, double *sn, double *cs) { // of 2πu, |u| ≤ ½
	double sh = u * 4 + 0x1.8p52; uint64_t q; memcpy(&q, &sh, 8);
	double r = u - (sh - 0x1.8p52) * 0.25, z = r * r;
	double s = 0.10422916220813984, c = 0.28200596845579123;
	s = s * z - 0.7181223017785006; s = s * z + 3.819952584848282; s = s * z - 15.09464257682299; s = s * z + 42.058693944897655;
	s = s * z - 76.70585975306139; s = s * z + 81.60524927607506; s = s * z - 41.34170224039976; s = r * (s * z + 6.283185307179586);
	c = c * z - 1.714390711088672; c = c * z + 7.903536371318469; c = c * z - 26.4262567833744; c = c * z + 60.24464137187666;
	c = c * z - 85.45681720669373; c = c * z + 64.9393940226683; c = c * z - 19.739208802178716; c = c * z + 1;
	uint64_t sb, cb; memcpy(&sb, &s, 8); memcpy(&cb, &c, 8);
	uint64_t sw = (sb ^ cb) & -(q & 1);
	*sn = bits(sb ^ sw ^ (q & 2) << 62); *cs = bits(cb ^ sw ^ ((q + 1) & 2) << 62);
}

static double vector(int n, long steps, double level) {
	static double theta[MAXN][LANES], xi[2 * MAXN][LANES];
	double g = sqrt(2 * 0.1 * dt), out = 0;
	for (int i = 0; i < 4; i++)
		for (int l = 0; l < LANES; l++) w[i][l] = next();
	for (long k = 0; k < steps / LANES; k += 2) {
		for (int i = 0; i < n; i++) { // normals for two steps
			double u[LANES], v[LANES];
			uniforms(u); uniforms(v);
			for (int l = 0; l < LANES; l++) {
				double r = sqrt(-2 * vlog(u[l])), a, b;
				vsincos(v[l] - 0.5, &a, &b);
				xi[2 * i][l] = r * b; xi[2 * i + 1][l] = r * a;
			}
		}
		for (int j = 0; j < 2; j++) {
			double root[LANES], loss[LANES]; int hit = 0;
			for (int l = 0; l < LANES; l++) {
				double z = theta[0][l];
				loss[l] = 1 + z * z * (a2 + z * (a3 + z * a4));
			}
			for (int i = 1; i < n; i++)
				for (int l = 0; l < LANES; l++) loss[l] += 0.5 * theta[i][l] * theta[i][l];
			for (int l = 0; l < LANES; l++) {
				double z = theta[0][l];
				root[l] = g * sqrt(loss[l]);
				theta[0][l] += root[l] * xi[j * n][l] - dt * z * (2 * a2 + z * (3 * a3 + z * 4 * a4));
				hit |= theta[0][l] >= level;
			}
			for (int i = 1; i < n; i++)
				for (int l = 0; l < LANES; l++) theta[i][l] += root[l] * xi[j * n + i][l] - dt * theta[i][l];
			if (hit)
				for (int l = 0; l < LANES; l++)
					if (theta[0][l] >= level) { out += k; for (int i = 0; i < n; i++) theta[i][l] = 0; }
		}
	}
	return out + theta[0][0];
}

int main(int argc, char **argv) {
	int n = atoi(argv[2]);
	long steps = atol(argv[3]);
	double level = argc > 4 ? atof(argv[4]) : 4, t, sum;
	zigset();
	double (*run)(int, long, double) = !strcmp(argv[1], "scalar") ? scalar : !strcmp(argv[1], "fresh") ? fresh : vector;
	sum = run(n, steps / 10, level);
	t = now();
	sum += run(n, steps, level);
	printf("%g\n", (now() - t) / steps * 1e9);
	fprintf(stderr, "%g\n", sum);
	return 0;
}

/* The training loop of bench_test.go in C on CBLAS: ReLU network, mean-square loss,
   SGD with mini-batches in the order of the index file. One double array per layer,
   one dgemm per product: what a careful C programmer writes with OpenBLAS, or, with -DPLAIN, in
   loops that the compiler makes vectors of.
   usage: epoch FILE EPOCHS   (FILE: int32 header, θ, X, Y, order; see bench_test.go) */
#ifndef PLAIN
#include <cblas.h>
#endif
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef PLAIN
enum { CblasRowMajor, CblasNoTrans, CblasTrans };

static void cblas_dgemm(int order, int ta, int tb, int m, int n, int k, double alpha, const double *restrict a, int lda,
		const double *restrict b, int ldb, double beta, double *restrict c, int ldc) {
	for (int i = 0; i < m; i++) {
		double *restrict row = c + (size_t)i * ldc;
		for (int j = 0; j < n; j++) row[j] = beta == 0 ? 0 : beta * row[j];
		if (tb == CblasTrans)
			for (int j = 0; j < n; j++) {
				double sum = 0;
				for (int p = 0; p < k; p++) sum += a[(size_t)i * lda + p] * b[(size_t)j * ldb + p];
				row[j] += alpha * sum;
			}
		else
			for (int p = 0; p < k; p++) {
				double x = alpha * (ta == CblasTrans ? a[(size_t)p * lda + i] : a[(size_t)i * lda + p]);
				if (x != 0) /* as a pixel or a unit often is */
					for (int j = 0; j < n; j++) row[j] += x * b[(size_t)p * ldb + j];
			}
	}
}

static void cblas_daxpy(int n, double alpha, const double *x, int incx, double *y, int incy) {
	for (int i = 0; i < n; i++) y[i] += alpha * x[i];
}
#endif

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void *get(FILE *f, size_t size, size_t n) {
	void *p = malloc(size * n);
	if (!p || fread(p, size, n, f) != n) {
		fprintf(stderr, "epoch: short file\n");
		exit(1);
	}
	return p;
}

int main(int argc, char **argv) {
	if (argc != 3) return 1;
	FILE *f = fopen(argv[1], "rb");
	if (!f) return 1;
	int32_t *h = get(f, 4, 4), *width = get(f, 4, h[3] + 1); /* N, B, P, layers; widths */
	int n = h[0], B = h[1], P = h[2], L = h[3], epochs = atoi(argv[2]);
	double *lr = get(f, 8, 1), *theta = get(f, 8, P);
	double *X = get(f, 8, (size_t)n * width[0]), *Y = get(f, 8, (size_t)n * width[L]);
	int32_t *order = get(f, 4, n);
	double *a[16], *d[16], *grad = malloc(8 * P), loss = 0;
	double eta = *lr;
	for (int l = 0; l <= L; l++) {
		a[l] = malloc(8 * (size_t)B * width[l]);
		d[l] = malloc(8 * (size_t)B * width[l]);
	}
	for (int e = 0; e < epochs; e++) {
		double t = now();
		loss = 0;
		for (int s = 0; s + B <= n; s += B) {
			for (int i = 0; i < B; i++) memcpy(a[0] + i * width[0], X + (size_t)order[s + i] * width[0], 8 * width[0]);
			double *w = theta;
			for (int l = 0; l < L; l++) {
				int in = width[l], out = width[l + 1];
				double *b = w + in * out;
				for (int i = 0; i < B; i++) memcpy(a[l + 1] + i * out, b, 8 * out);
				cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, B, out, in, 1, a[l], in, w, out, 1, a[l + 1], out);
				if (l + 1 < L)
					for (int i = 0; i < B * out; i++) a[l + 1][i] = a[l + 1][i] > 0 ? a[l + 1][i] : 0;
				w = b + out;
			}
			for (int i = 0; i < B; i++)
				for (int k = 0; k < width[L]; k++) {
					double r = a[L][i * width[L] + k] - Y[(size_t)order[s + i] * width[L] + k];
					d[L][i * width[L] + k] = r;
					loss += r * r / 2;
				}
			for (int l = L - 1; l >= 0; l--) {
				int in = width[l], out = width[l + 1];
				double *g = grad + (w - theta) - (in + 1) * out, *gb = g + in * out;
				w -= (in + 1) * out;
				cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, in, out, B, 1.0 / B, a[l], in, d[l + 1], out, 0, g, out);
				memset(gb, 0, 8 * out);
				for (int i = 0; i < B; i++)
					for (int k = 0; k < out; k++) gb[k] += d[l + 1][i * out + k] / B;
				if (l > 0) {
					cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, B, in, out, 1, d[l + 1], out, w, out, 0, d[l], in);
					for (int i = 0; i < B * in; i++) d[l][i] = a[l][i] > 0 ? d[l][i] : 0;
				}
			}
			cblas_daxpy(P, -eta, grad, 1, theta, 1);
		}
		printf("%.9g %.17g\n", now() - t, loss / n);
	}
	return 0;
}

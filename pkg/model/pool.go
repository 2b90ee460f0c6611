package model

import "sync"

// pool runs one phase of a pass on several goroutines. Its functions are made once, so
// that starting them allocates nothing; idle it holds no goroutine.
type pool struct {
	m     *MLP
	run   []func()
	phase phase
	items int
	parts int
	wg    *sync.WaitGroup
}

// phase does the items lo ≤ i < hi of a pass; what it stores must not depend on the split.
type phase func(m *MLP, lo, hi int)

func newPool(m *MLP, workers int) pool {
	p := pool{m: m, run: make([]func(), workers), wg: new(sync.WaitGroup)}
	for w := range p.run {
		p.run[w] = func() {
			defer m.pool.wg.Done()
			m.pool.part(w)
		}
	}
	return p
}

// serialWork is the number of multiplications below which starting a goroutine (a few
// microseconds, some 10⁴ of them) is not worth it.
const serialWork = 1 << 17

func (p *pool) do(f phase, items int) {
	p.phase, p.items, p.parts = f, items, min(len(p.run), items)
	if p.m.pass.rows*p.m.params < serialWork {
		p.parts = 1
	}
	p.wg.Add(p.parts - 1)
	for w := 1; w < p.parts; w++ {
		go p.run[w]()
	}
	p.part(0)
	p.wg.Wait()
}

func (p *pool) part(w int) {
	p.phase(p.m, w*p.items/p.parts, (w+1)*p.items/p.parts)
}

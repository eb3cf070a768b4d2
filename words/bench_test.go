package words

import "testing"

func BenchmarkPlain(b *testing.B) {
	p := For("fr", nil)
	for b.Loop() {
		p.T("common.save")
	}
}

func BenchmarkFilled(b *testing.B) {
	p := For("fr", nil)
	for b.Loop() {
		p.T("problem.title.long", "Max", 80, "Over", 3)
	}
}

func BenchmarkPlural(b *testing.B) {
	p := For("fr", nil)
	for b.Loop() {
		p.N("common.minutes", 12)
	}
}

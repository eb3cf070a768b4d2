package sandbox

// fault is what the operator made the next answers of the API be.
type fault int

const (
	faultNone    fault = iota
	faultError         // 500, and nothing was done
	faultSilence       // everything was done, and no answer comes
)

// faults counts the answers still to be spoilt; they do not outlive a restart.
type faults struct{ errors, silences int }

func (sb *Sandbox) nextFault() fault {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	switch {
	case sb.faults.errors > 0:
		sb.faults.errors--
		return faultError
	case sb.faults.silences > 0:
		sb.faults.silences--
		return faultSilence
	}
	return faultNone
}

func (sb *Sandbox) setFaults(f faults) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.faults = f
}

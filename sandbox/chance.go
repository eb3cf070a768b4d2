package sandbox

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
)

// percent is a part of all in hundredths of a percent.
type percent int64

const whole percent = 100 * 100

// String is the percentage as it stands in a form.
func (p percent) String() string {
	return strconv.FormatFloat(float64(p)/100, 'f', -1, 64)
}

func readPercent(r *http.Request, name string) percent {
	typed, err := strconv.ParseFloat(strings.TrimSpace(r.PostFormValue(name)), 64)
	if err != nil || typed < 0 || typed > 100 {
		return 0
	}
	return percent(typed*100 + 0.5)
}

func readSeed(r *http.Request) int64 {
	seed, err := strconv.ParseInt(strings.TrimSpace(r.PostFormValue("seed")), 10, 64)
	if err != nil {
		return 0
	}
	return seed
}

// roll is a number below sides that depends on the seed and on what it is rolled for alone, so that it is the same after a restart.
func roll(seed int64, what string, number int64, sides uint64) uint64 {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%d %s %d", seed, what, number)
	mixed := hash.Sum64()
	// The last bits of FNV alone are not even enough for small numbers.
	mixed ^= mixed >> 33
	mixed *= 0xff51afd7ed558ccd
	mixed ^= mixed >> 33
	return mixed % sides
}

// happens says whether a thing of a percentage happens.
func (p percent) happens(seed int64, what string, number int64) bool {
	return p > 0 && percent(roll(seed, what, number, uint64(whole))) < p
}

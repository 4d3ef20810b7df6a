// The official Go client against the servers under test. The harness starts this program and reads its result lines.
package main

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/apache/rocketmq-client-go/v2/rlog"
)

func main() {
	namesrv := flag.String("namesrv", "", "name servers, separated by semicolons")
	control := flag.String("control", "", "URL of the harness's control endpoint")
	kills := flag.Int("kills", 20, "rounds of the kill -9 case")
	set := flag.String("set", "usual", "usual, transaction, ha or slow")
	pattern := flag.String("case", ".*", "regular expression for case names")
	group := flag.String("consume-group", "", "not cases: only a consumer, to be killed, of this group")
	topic := flag.String("consume-topic", "", "what it consumes")
	into := flag.String("consume-into", "", "the file for what it has consumed")
	flag.Parse()
	rlog.SetLogLevel("warn")
	if *group != "" {
		checkNoError(runCrashingConsumer(strings.Split(*namesrv, ";"), *group, *topic, *into), "consumer")
		return
	}
	settings := settings{
		namesrv: strings.Split(*namesrv, ";"),
		control: controlEndpoint{url: *control},
		kills:   *kills,
		limit:   100 * time.Second,
	}
	cases := allCases()
	switch *set {
	case "transaction":
		cases = transactionCases()
	case "ha":
		cases = haCases()
		settings.limit = 5 * time.Minute
	case "slow":
		cases = slowCases()
		settings.limit = 5 * time.Minute
	}
	if !run(settings, cases, regexp.MustCompile("^(?:"+*pattern+")$")) {
		os.Exit(1)
	}
}

func allCases() []testCase {
	var cases []testCase
	cases = append(cases, sendCases()...)
	cases = append(cases, bodyCases()...)
	cases = append(cases, consumeCases()...)
	cases = append(cases, orderCases()...)
	cases = append(cases, retryCases()...)
	cases = append(cases, requestCases()...)
	cases = append(cases, relayCases()...)
	cases = append(cases, groupCases()...)
	cases = append(cases, restartCases()...)
	return cases
}

// The official Go client against the servers under test. The harness starts this program and reads its result lines.
package main

import (
	"flag"
	"os"
	"regexp"
	"strings"

	"github.com/apache/rocketmq-client-go/v2/rlog"
)

func main() {
	namesrv := flag.String("namesrv", "", "name servers, separated by semicolons")
	control := flag.String("control", "", "URL of the harness's control endpoint")
	kills := flag.Int("kills", 20, "rounds of the kill -9 case")
	set := flag.String("set", "usual", "usual or transaction")
	pattern := flag.String("case", ".*", "regular expression for case names")
	flag.Parse()
	rlog.SetLogLevel("warn")
	settings := settings{
		namesrv: strings.Split(*namesrv, ";"),
		control: controlEndpoint{url: *control},
		kills:   *kills,
	}
	cases := allCases()
	if *set == "transaction" {
		cases = transactionCases()
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
	cases = append(cases, restartCases()...)
	return cases
}

package awstest

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"testing"
)

var serve = flag.Bool("serve", false, "start the servers, to try the program against, until ctrl+c")

// TestServe runs the test servers for manual use.
func TestServe(t *testing.T) {
	if !*serve {
		t.Skip("left out: `make playground` runs it")
	}
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt)
	defer stop()
	start := StartTrino
	if why := noTrino(t); why != "" {
		fmt.Printf("DuckDB takes the place of Athena's SQL engine: %s.\n", why)
		start = StartDuckDB
	}
	a := start(t)
	a.Athena.Results(a.Bucket + "/athena-results/")
	fmt.Printf(`All that stands in for AWS is at %[1]s. In another terminal:

  export AWS_ACCESS_KEY_ID=%[2]s AWS_SECRET_ACCESS_KEY=%[3]s AWS_REGION=%[4]s AWS_ENDPOINT_URL=%[1]s
  stedi sample /tmp/sample && stedi deploy --from /tmp/sample --lake %[5]s/steps
  stedi --lake %[5]s/steps --engine athena
  stedi --engine athena --database NAME   # a database that you make with Glue's API

Ctrl+c stops it.
`, a.Endpoint, AccessKey, SecretKey, Region, a.Bucket)
	<-ctx.Done()
}

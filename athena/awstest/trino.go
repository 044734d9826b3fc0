package awstest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"
)

// trino is the engine that Athena version 3 is based on, on an S3 server and
// a Glue catalog.
type trino struct {
	Endpoint string
}

// leastJava is the oldest version of Java that Trino runs on.
const leastJava = 22

// noTrino returns the reason why Trino cannot start, or "".
func noTrino(t *testing.T) string {
	t.Helper()
	switch _, err := os.Stat(filepath.Join(root(t), ".cache", "aws", "trino")); {
	case err != nil:
		return "Trino is not installed; `make counterparts` installs it"
	case findJava(t) == "":
		return fmt.Sprintf("no Java from version %d on is installed, and Trino needs one", leastJava)
	}
	return ""
}

func newTrino(t *testing.T, s3 *S3, glue *Glue, warehouse string) *trino {
	t.Helper()
	home := tool(t, "trino")
	java := findJava(t)
	port := freePort(t)
	etc := t.TempDir()
	values := map[string]string{
		"Data": filepath.Join(etc, "data"), "Port": strconv.Itoa(port), "Plugins": filepath.Join(home, "plugin"), "Catalogs": filepath.Join(etc, "catalog"),
		"Glue": glue.Endpoint, "S3": s3.Endpoint, "Warehouse": warehouse, "Region": Region, "AccessKey": AccessKey, "SecretKey": SecretKey,
	}
	for name, text := range trinoFiles {
		var b bytes.Buffer
		if err := template.Must(template.New(name).Parse(text)).Execute(&b, values); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(etc, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := append(strings.Fields(trinoJVM),
		"-Dconfig="+filepath.Join(etc, "config.properties"), "-Dnode.environment=test", "-Dnode.id=test", "-Dnode.bind-ip=127.0.0.1",
		"-Dnode.data-dir="+values["Data"], "-Dlog.levels-file="+filepath.Join(etc, "log.properties"),
		"-cp", filepath.Join(home, "lib", "*"), "io.trino.server.TrinoServer")
	command := alone(exec.Command(java, args...)) //nolint:noctx // a tool that the test ends
	command.Dir = etc
	server := &trino{Endpoint: local(port)}
	start(t, command, server.Endpoint+"/v1/info", 3*time.Minute, func(r *http.Response) bool {
		var info struct{ Starting bool }
		return r.StatusCode == http.StatusOK && json.NewDecoder(r.Body).Decode(&info) == nil && !info.Starting
	})
	if _, err := rowsOf(t.Context(), server, "", "SELECT table_name FROM information_schema.tables LIMIT 1"); err != nil {
		t.Fatalf("trino runs nothing: %v", err)
	}
	return server
}

// The heap is small, so that several tests fit on one machine.
const trinoJVM = `-server -Xmx1G -XX:G1HeapRegionSize=8M -XX:+ExplicitGCInvokesConcurrent -XX:+ExitOnOutOfMemoryError
-XX:-OmitStackTraceInFastThrow -XX:ReservedCodeCacheSize=256M -Djdk.attach.allowAttachSelf=true -Djdk.nio.maxCachedBufferSize=2000000
-Dfile.encoding=UTF-8 -XX:+EnableDynamicAgentLoading --enable-native-access=ALL-UNNAMED --add-modules=jdk.incubator.vector`

// The failure detector is off, because there is only one node. On a busy
// machine it would report that node as failed after a late heartbeat, and
// queries would have no node to run on.
var trinoFiles = map[string]string{
	"log.properties": "io.trino=WARN\n",
	"config.properties": `coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={{.Port}}
node.internal-address=127.0.0.1
discovery.uri=http://127.0.0.1:{{.Port}}
query.max-memory=400MB
query.max-memory-per-node=400MB
memory.heap-headroom-per-node=200MB
failure-detector.enabled=false
plugin.dir={{.Plugins}}
catalog.config-dir={{.Catalogs}}
`,
	"catalog/awsdatacatalog.properties": `connector.name=hive
hive.metastore=glue
hive.metastore.glue.region={{.Region}}
hive.metastore.glue.endpoint-url={{.Glue}}
hive.metastore.glue.aws-access-key={{.AccessKey}}
hive.metastore.glue.aws-secret-key={{.SecretKey}}
hive.metastore.glue.default-warehouse-dir={{.Warehouse}}
fs.native-s3.enabled=true
s3.endpoint={{.S3}}
s3.region={{.Region}}
s3.path-style-access=true
s3.aws-access-key={{.AccessKey}}
s3.aws-secret-key={{.SecretKey}}
hive.non-managed-table-writes-enabled=true
hive.security=allow-all
`,
}

var javaVersion = regexp.MustCompile(`JAVA_VERSION="(\d+)`)

// findJava searches JAVA_HOME and /usr/lib/jvm for a new enough Java. It
// returns "" if it finds none.
func findJava(t *testing.T) string {
	t.Helper()
	homes, err := filepath.Glob("/usr/lib/jvm/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, home := range append([]string{os.Getenv("JAVA_HOME")}, homes...) {
		release, err := os.ReadFile(filepath.Join(home, "release"))
		if err != nil {
			continue
		}
		if m := javaVersion.FindSubmatch(release); m != nil {
			if n, err := strconv.Atoi(string(m[1])); err == nil && n >= leastJava {
				return filepath.Join(home, "bin", "java")
			}
		}
	}
	return ""
}

// tables returns the names of a database's tables.
func (s *trino) tables(ctx context.Context, database string) ([]string, error) {
	rows, err := rowsOf(ctx, s, database, "SHOW TABLES")
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = fmt.Sprint(row[0])
	}
	return names, err
}

// run calls each with every page of a statement's result. When ctx ends, it
// cancels the statement. A server that has just started, or whose machine is
// busy, may report NO_NODES_AVAILABLE; Athena never does, so run retries that
// error for a minute.
func (s *trino) run(ctx context.Context, database, sql string, each func(*Answer)) error {
	patience := time.NewTimer(time.Minute)
	defer patience.Stop()
	for {
		err := s.try(ctx, database, sql, each)
		if failed, ok := errors.AsType[*sqlError](err); !ok || failed.ErrorName != "NO_NODES_AVAILABLE" {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-patience.C:
			return err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (s *trino) try(ctx context.Context, database, sql string, each func(*Answer)) error {
	answer, err := s.call(ctx, http.MethodPost, s.Endpoint+"/v1/statement", database, sql)
	for err == nil {
		if answer.Error != nil {
			return answer.Error
		}
		each(answer)
		if answer.NextURI == "" {
			return nil
		}
		uri := answer.NextURI
		if answer, err = s.call(ctx, http.MethodGet, uri, "", ""); ctx.Err() != nil {
			_, _ = s.call(context.WithoutCancel(ctx), http.MethodDelete, uri, "", "")
		}
	}
	return err
}

func (s *trino) call(ctx context.Context, method, uri, database, sql string) (*Answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, uri, strings.NewReader(sql))
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Trino-User", "test")
	request.Header.Set("X-Trino-Catalog", "awsdatacatalog")
	if database != "" {
		request.Header.Set("X-Trino-Schema", database)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusNoContent {
		return &Answer{}, nil
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("trino: %s: %s", response.Status, text)
	}
	answer := &Answer{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return answer, decoder.Decode(answer)
}

package spark

import (
	"context"
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"

	"stedi/pipeline"
)

var localMaster = regexp.MustCompile(`^local(\[(\d+|\*)(,\s*\d+)?\])?$`)

const (
	standalone  = "spark://"
	kubernetes  = "k8s://"
	dialTime    = 3 * time.Second
	masterForms = "Pass --spark-master local[*], local[N], spark://HOST:PORT, yarn or k8s://URL."
)

// checkMaster returns an error if the text is not a valid master.
func checkMaster(master string) error {
	bad := func(why string) error {
		return pipeline.Fail(pipeline.BadUsage, "", masterForms, "--spark-master %q: %s", master, why)
	}
	switch {
	case localMaster.MatchString(master), master == "yarn":
		return nil
	case strings.HasPrefix(master, kubernetes):
		if kubernetesHost(master) == "" {
			return bad("the address has no host")
		}
		return nil
	case strings.HasPrefix(master, standalone):
		for _, address := range addresses(master) {
			if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
				return bad("HOST:PORT expected after spark://")
			}
		}
		return nil
	}
	return bad("not the address of a Spark master")
}

// addresses returns the addresses of a standalone cluster's masters, one of
// which is the leader.
func addresses(master string) []string {
	return strings.Split(strings.TrimPrefix(master, standalone), ",")
}

func kubernetesHost(master string) string {
	address := strings.TrimPrefix(master, kubernetes)
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	if u.Port() != "" {
		return u.Host
	}
	if u.Scheme == "http" {
		return net.JoinHostPort(u.Hostname(), "80")
	}
	return net.JoinHostPort(u.Hostname(), "443")
}

// isLocal reports whether tasks run in the driver's process.
func isLocal(master string) bool { return localMaster.MatchString(master) }

// onLoopback reports whether a master runs only on this machine.
func onLoopback(master string) bool {
	if isLocal(master) {
		return true
	}
	if !strings.HasPrefix(master, standalone) {
		return false
	}
	for _, address := range addresses(master) {
		host, _, _ := net.SplitHostPort(address)
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}

// reach checks that a master accepts connections. Spark itself would report an
// unreachable master only after a minute.
func reach(ctx context.Context, master string, env Lookup) error {
	var hosts []string
	switch {
	case strings.HasPrefix(master, standalone):
		hosts = addresses(master)
	case strings.HasPrefix(master, kubernetes):
		hosts = []string{kubernetesHost(master)}
	case master == "yarn":
		hadoop, _ := env("HADOOP_CONF_DIR")
		yarn, _ := env("YARN_CONF_DIR")
		if hadoop == "" && yarn == "" {
			return pipeline.Fail(pipeline.BadUsage, "", "Set HADOOP_CONF_DIR to the folder with the cluster's yarn-site.xml.",
				"the master yarn is not known: neither HADOOP_CONF_DIR nor YARN_CONF_DIR is set")
		}
		return nil
	default:
		return nil
	}
	var errs []error
	for _, host := range hosts {
		dialer := net.Dialer{Timeout: dialTime}
		conn, err := dialer.DialContext(ctx, "tcp", host)
		if err == nil {
			return conn.Close()
		}
		errs = append(errs, err)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return pipeline.Fail(pipeline.BadEngine, "", "Start the master, or name another one with --spark-master; local[*] runs on this machine.",
		"the Spark master %s cannot be reached: %w", master, errors.Join(errs...))
}

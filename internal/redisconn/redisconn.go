// Package redisconn reads the addresses of Redis servers: one server, a Sentinel group or
// a Cluster, with or without TLS, as URLs.
//
//	redis://[user:password@]host:port/db           one server
//	rediss://…                                     the same with TLS
//	redis-sentinel://[:password@]host1:port,host2:port/master/db
//	redis-cluster://[:password@]host1:port,host2:port
//
// Behind each may stand ?tls=on&ca=FILE&cert=FILE&key=FILE.
package redisconn

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/vondi-global/notifications/internal/secret"
)

// Options is where a Redis is and how to log in.
type Options struct {
	Addrs    []string // host:port
	Master   string   // Sentinel: the name of the master
	Cluster  bool
	Username string
	Password secret.String
	DB       int
	TLS      bool
	CA       string // files of PEM
	Cert     string
	Key      string

	secured *tls.Config
}

// Parse reads a URL. A password that the URL doesn't have is taken from password. Errors
// never show the URL's password.
func Parse(raw string, password secret.String) (Options, error) {
	o, err := parse(raw)
	if err != nil {
		return Options{}, fmt.Errorf("%s: %w; want redis://host:port/0, rediss://…, redis-sentinel://h1:p,h2:p/master or redis-cluster://h1:p,h2:p", Redact(raw), err)
	}
	if o.Password.Empty() {
		o.Password = password
	}
	return o, nil
}

func parse(raw string) (Options, error) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return Options{}, fmt.Errorf("no scheme")
	}
	// net/url doesn't take several hosts: read the authority by hand, the rest by url.
	rest, query, _ := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	var o Options
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		if err := o.login(authority[:at]); err != nil {
			return o, err
		}
		authority = authority[at+1:]
	}
	if err := o.place(scheme, authority, path); err != nil {
		return o, err
	}
	return o, o.secure(query)
}

func (o *Options) login(userinfo string) error {
	user, pass, _ := strings.Cut(userinfo, ":")
	var err error
	if o.Username, err = url.PathUnescape(user); err != nil {
		return fmt.Errorf("user name is not URL-encoded")
	}
	p, err := url.PathUnescape(pass)
	if err != nil {
		return fmt.Errorf("password is not URL-encoded")
	}
	o.Password = secret.String(p)
	return nil
}

func (o *Options) place(scheme, authority, path string) error {
	port := "6379"
	switch scheme {
	case "redis":
	case "rediss":
		o.TLS = true
	case "redis-cluster":
		o.Cluster = true
	case "redis-sentinel":
		port = "26379"
		if o.Master, path, _ = strings.Cut(path, "/"); o.Master == "" {
			return fmt.Errorf("the master's name is missing after the hosts")
		}
	default:
		return fmt.Errorf("unknown scheme %q", scheme)
	}
	for host := range strings.SplitSeq(authority, ",") {
		if host == "" {
			return fmt.Errorf("a host is empty")
		}
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
		o.Addrs = append(o.Addrs, host)
	}
	if len(o.Addrs) > 1 && o.Master == "" && !o.Cluster {
		return fmt.Errorf("several hosts need redis-sentinel:// or redis-cluster://")
	}
	return o.database(path)
}

func (o *Options) database(path string) error {
	if path == "" {
		return nil
	}
	n, err := strconv.Atoi(path)
	if err != nil || n < 0 {
		return fmt.Errorf("database %q is no number", path)
	}
	if o.Cluster && n != 0 {
		return fmt.Errorf("a cluster has database 0 only")
	}
	o.DB = n
	return nil
}

// Redact hides the password of a URL.
func Redact(raw string) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return "(no URL)"
	}
	at := strings.LastIndex(rest, "@")
	if at < 0 {
		return raw
	}
	user, _, hasPassword := strings.Cut(rest[:at], ":")
	if hasPassword {
		user += ":***"
	}
	return scheme + "://" + user + rest[at:]
}

// String shows the place without the password.
func (o Options) String() string {
	s := strings.Join(o.Addrs, ",")
	if o.Master != "" {
		s += "/" + o.Master
	}
	return s
}

// Universal is the place as go-redis wants it, with short deadlines: whoever waits for
// Redis should know within seconds that it is gone.
func (o Options) Universal() *redis.UniversalOptions {
	u := &redis.UniversalOptions{
		Addrs: o.Addrs, MasterName: o.Master, IsClusterMode: o.Cluster,
		Username: o.Username, Password: o.Password.Reveal(), DB: o.DB,
		DialTimeout: 2 * time.Second, ReadTimeout: 2 * time.Second, WriteTimeout: 2 * time.Second,
		DisableIdentity:          true, // CLIENT SETINFO: Redis 6.2 writes a refusal into its ACL log for each connection
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if o.secured != nil {
		u.TLSConfig = o.secured.Clone()
	}
	return u
}

// New opens a client.
func (o Options) New() redis.UniversalClient { return redis.NewUniversalClient(o.Universal()) }

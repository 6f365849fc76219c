package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// sink is a mail server that costs as little as one can: it takes every message, offers what
// Postfix offers, and tells accepted of the recipient.
type sink struct {
	accepted func(to string)
	listener net.Listener
	took     atomic.Int64
	mu       sync.Mutex
	open     map[net.Conn]bool
	running  sync.WaitGroup
}

func newSink(accepted func(to string)) (*sink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{accepted: accepted, listener: l, open: map[net.Conn]bool{}}
	s.running.Go(s.accept)
	return s, nil
}

func (s *sink) addr() string { return s.listener.Addr().String() }

func (s *sink) close() {
	_ = s.listener.Close()
	s.mu.Lock()
	for c := range s.open {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
}

func (s *sink) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.open[c] = true
		s.mu.Unlock()
		s.running.Go(func() {
			_ = (&line{s: s, r: bufio.NewReaderSize(c, 64<<10), w: bufio.NewWriter(c)}).serve()
			_ = c.Close()
			s.mu.Lock()
			delete(s.open, c)
			s.mu.Unlock()
		})
	}
}

// line is one connection.
type line struct {
	s  *sink
	r  *bufio.Reader
	w  *bufio.Writer
	to string
}

const greeting = "250-sink\r\n250-PIPELINING\r\n250-SIZE 20971520\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 CHUNKING\r\n"

func (l *line) serve() error {
	_, _ = l.w.WriteString("220 sink ESMTP\r\n")
	for {
		if l.r.Buffered() == 0 { // answers to what came together leave together
			if err := l.w.Flush(); err != nil {
				return err
			}
		}
		command, err := l.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if err := l.answer(string(bytes.TrimRight(command, "\r\n"))); err != nil {
			return err
		}
	}
}

func (l *line) answer(command string) error {
	verb, rest, _ := strings.Cut(command, " ")
	reply := "250 2.0.0 Ok\r\n"
	switch strings.ToUpper(verb) {
	case "EHLO", "HELO":
		reply = greeting
	case "RCPT":
		_, to, _ := strings.Cut(rest, "<")
		l.to, _, _ = strings.Cut(to, ">")
	case "BDAT":
		size, _, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(size)
		if err != nil {
			return err
		}
		if _, err := l.r.Discard(n); err != nil {
			return err
		}
		l.done()
	case "DATA":
		_, _ = l.w.WriteString("354 go on\r\n")
		if err := l.body(); err != nil {
			return err
		}
		l.done()
	case "QUIT":
		_, _ = l.w.WriteString("221 2.0.0 Bye\r\n")
		_ = l.w.Flush()
		return io.EOF
	}
	_, err := l.w.WriteString(reply)
	return err
}

// body reads up to the dot.
func (l *line) body() error {
	if err := l.w.Flush(); err != nil {
		return err
	}
	for {
		text, err := l.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if string(text) == ".\r\n" {
			return nil
		}
	}
}

func (l *line) done() {
	if l.s.accepted != nil {
		l.s.accepted(l.to)
	}
	l.s.took.Add(1)
}

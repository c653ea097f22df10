package ui

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// suites are those of TLS 1.2 with authenticated encryption and forward
// secrecy: Go would offer CBC too.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// reloaded reads a certificate again when its file changes, so that renewing it
// needs no restart.
func reloaded(cert, key string) (func(*tls.ClientHelloInfo) (*tls.Certificate, error), error) {
	var mu sync.Mutex
	var at time.Time
	var pair *tls.Certificate
	load := func() error {
		st, err := os.Stat(cert)
		if err != nil || st.ModTime().Equal(at) {
			return err
		}
		fresh, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return fmt.Errorf("le certificat %s et la clé %s ne vont pas ensemble : %w", cert, key, err)
		}
		at, pair = st.ModTime(), &fresh
		return nil
	}
	if err := load(); err != nil {
		return nil, err
	}
	return func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		mu.Lock()
		defer mu.Unlock()
		if err := load(); err != nil && pair == nil {
			return nil, err
		}
		return pair, nil // the former one serves until the new one is whole
	}, nil
}

// selfSigned makes a certificate at the first start, and prints its fingerprint.
func selfSigned(dir, listen string) (func(*tls.ClientHelloInfo) (*tls.Certificate, error), error) {
	cert, key := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	if _, err := os.Stat(cert); errors.Is(err, os.ErrNotExist) {
		if err := writeSelfSigned(cert, key, listen); err != nil {
			return nil, err
		}
	}
	text, err := os.ReadFile(cert)
	if err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(text); block != nil {
		fmt.Printf("Empreinte SHA-256 du certificat : %X\n", sha256.Sum256(block.Bytes))
	}
	return reloaded(cert, key)
}

func writeSelfSigned(cert, key, listen string) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return err
	}
	now := time.Now()
	template := x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "Préau"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(5, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = append(template.IPAddresses, ip)
	} else if host != "" {
		template.DNSNames = append(template.DNSNames, host)
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &private.PublicKey, private)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600),
		os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644))
}

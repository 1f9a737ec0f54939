// OpenSSL, and as functions what it offers only as macros.
#pragma once

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

static inline long copenssl_set_mode(SSL_CTX *context, long mode)
{
    return SSL_CTX_set_mode(context, mode);
}

/// No renegotiation (CVE-2011-1473), no compression (CRIME), and no tickets under a key that nobody rotates.
static inline void copenssl_set_options(SSL_CTX *context)
{
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
}

static inline void copenssl_allow_tickets(SSL_CTX *context)
{
    SSL_CTX_clear_options(context, SSL_OP_NO_TICKET);
}

/// HMAC with SHA-256 under this key, for a session ticket; true when it is set.
static inline int copenssl_set_ticket_mac(EVP_MAC_CTX *mac, const unsigned char *key, size_t key_bytes)
{
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key, key_bytes),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

static inline int copenssl_set_min_version(SSL_CTX *context, int version)
{
    return SSL_CTX_set_min_proto_version(context, version);
}

static inline int copenssl_set_max_version(SSL_CTX *context, int version)
{
    return SSL_CTX_set_max_proto_version(context, version);
}

static inline long copenssl_set_session_cache_mode(SSL_CTX *context, long mode)
{
    return SSL_CTX_set_session_cache_mode(context, mode);
}

static inline int copenssl_set_groups(SSL_CTX *context, const char *groups)
{
    return SSL_CTX_set1_groups_list(context, groups);
}

static inline int copenssl_set_server_name(SSL *session, const char *name)
{
    return SSL_set_tlsext_host_name(session, name);
}

static inline void copenssl_retry_read(BIO *bio)
{
    BIO_set_retry_read(bio);
}

static inline void copenssl_clear_retry(BIO *bio)
{
    BIO_clear_retry_flags(bio);
}

/// HKDF with SHA-256 and no salt (RFC 5869); 1 when `out` is filled. EVP_KDF takes its input as an array of parameters
/// that point to pointers, which in C is a few lines.
static inline int copenssl_hkdf_sha256(
    unsigned char *out, size_t out_bytes, const unsigned char *key, size_t key_bytes, const char *info)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_bytes),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, strlen(info)),
        OSSL_PARAM_construct_end(),
    };
    int done = context ? EVP_KDF_derive(context, out, out_bytes, parameters) : 0;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return done == 1;
}

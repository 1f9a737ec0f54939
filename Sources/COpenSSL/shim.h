// OpenSSL, and as functions what it offers only as macros.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

static inline long copenssl_set_mode(SSL_CTX *context, long mode)
{
    return SSL_CTX_set_mode(context, mode);
}

/// No renegotiation (CVE-2011-1473), no compression (CRIME), no tickets under a key that nobody rotates.
static inline void copenssl_set_options(SSL_CTX *context)
{
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
}

static inline int copenssl_set_min_version(SSL_CTX *context, int version)
{
    return SSL_CTX_set_min_proto_version(context, version);
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

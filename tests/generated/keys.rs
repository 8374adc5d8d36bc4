//! What `key` of a key credential may hold: certificates that were made once with `openssl` for `CN=contoso`, and what is
//! none. The reference looks up here what each one is, and reads no certificate.

/// What a text in `key` is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Base64 of DER, or of anything else.
    pub(crate) text: &'static str,
    /// The SHA-1 of the bytes, in hex.
    pub(crate) sha1: &'static str,
    /// Whether Entra takes a sign-in with it: RSA of at least 2048 bits.
    pub(crate) is_usable: bool,
}

/// Every text that stands in a `key` of a generated tenant.
pub(crate) const SAMPLES: [Sample; 9] = [
    // RSA 2048
    Sample {
        text: RSA_2048,
        sha1: "85A997DC67EF6C2C0C5AF22778FCF3DF30E1682E",
        is_usable: true,
    },
    // RSA 1024
    Sample {
        text: RSA_1024,
        sha1: "B97EFAA85E0F6EC8B35557E5CC6B755E8BC686A8",
        is_usable: false,
    },
    // RSA 2047
    Sample {
        text: RSA_2047,
        sha1: "BDCC59E725D20735C6646CA6DC0356CA1F6DC300",
        is_usable: false,
    },
    // EC P256
    Sample {
        text: EC_P256,
        sha1: "31107C129775002C1F1512F888336074247287D6",
        is_usable: false,
    },
    // ED 25519
    Sample {
        text: ED_25519,
        sha1: "3F6814BC56051142375869627FABE329C300E657",
        is_usable: false,
    },
    // Bytes that are no certificate.
    Sample {
        text: "bm8gY2VydGlmaWNhdGU=",
        sha1: "2A6A501E58584D09E523B22509ABA9D918561D9D",
        is_usable: false,
    },
    // A certificate that was cut.
    Sample {
        text: "MIIDBTCCAe2gAwIBAgIUKcUQCiHX+lD0ajwMo4e4Rekd6wYwDQYJKoZIhvcNAQELBQAwEjEQMA4GA1UE",
        sha1: "08D89AA0B443921B66DEC0A6A6B6613DFD227521",
        is_usable: false,
    },
    // A text that is not even base64.
    Sample {
        text: "",
        sha1: "",
        is_usable: false,
    },
    Sample {
        text: "no certificate, no base64",
        sha1: "",
        is_usable: false,
    },
];

/// The sample with which Entra lets sign in.
pub(crate) const USABLE: Sample = SAMPLES[0];

const RSA_2048: &str = "\
    MIIDBTCCAe2gAwIBAgIUKcUQCiHX+lD0ajwMo4e4Rekd6wYwDQYJKoZIhvcNAQELBQAwEjEQMA4GA1UEAwwHY29udG9zbzAeFw0y\
    NjEyMDEwMDExNDJaFw0zNjExMjgwMDExNDJaMBIxEDAOBgNVBAMMB2NvbnRvc28wggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK\
    AoIBAQDlx9L4C3RPzgcXgYwDvtfonLv9Rru6oFuxQSgF1HQOGm4jOtbKoPGuUMH4OuncrjsPcZUca06pO/w8p0j1t3xJi8S0m7of\
    SXMfQsm3sS66xPSov3s1bf7VJKeKO90UGfaLnbqS5bqCF+uvCI5udMVEQWrfe0vKRndgYvvyjYd9KcD5jEZLYl2QNMgXyd27GG+5\
    /KfuSqfVRLL8sVTIln9lZteVV9TWwkFsWTJ/nTwt04+9+QUDZF0Hw7h1Yf/ko6a7SG8hyOjTaCMiTxEZ8j9bIjG81Q7AC9AMzdO0\
    FlkkcYpAhA69brLL0+mIkzSCvqTtX2a4snyiExsTakTQyDu/AgMBAAGjUzBRMB0GA1UdDgQWBBQltkLGULZX+dAgSH0ZNHmCL+YL\
    +DAfBgNVHSMEGDAWgBQltkLGULZX+dAgSH0ZNHmCL+YL+DAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQBJ2sRG\
    j0U4rTIuq5jWnF3WnsBwYr3UO56Tj5PZKwgA4bwsrOvs3VhOVyvZLGYnAXNMK9NnPwF3KmiRsFRaph30AILhWJSyqOLJRAKkEtfj\
    T5NoIoTQXGz0NoiSFys+WuDn+9eeZFdAU4GXcguO2wR8DM+STfXqIIdWxCzMURnjquXiwhOdHgp4IMlrWuaowZKlax2Q0fBYF7lc\
    ddwp/gM8UEwLxPwswPXwUQKEE8OmtFM3StCnhUOsEioYT/9k5wDvM6nmBB5ICjv7PIJz8LCFzLtL+AUtV2xb7eTwYmwRazpwYbYN\
    j3TdjVsdsVZe+YCqHbbOSGWjVgmRZLpWvp+B";
const RSA_1024: &str = "\
    MIICADCCAWmgAwIBAgIUa3+H7YrJRw1eRPFxT1QmIXe0Sz4wDQYJKoZIhvcNAQELBQAwEjEQMA4GA1UEAwwHY29udG9zbzAeFw0y\
    NjEyMDEwMDExNDJaFw0zNjExMjgwMDExNDJaMBIxEDAOBgNVBAMMB2NvbnRvc28wgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGB\
    AKzPY/C+HyPrdDIIJoYPND1MDy92yEve71+sRJoJRtNWM8iIFd7U7rwKhA4MPhVojF1XttpYFCX5TJVjepNQ+ZlUOugDWRh9h55n\
    tH9sNjlpBygJ+pReLdglNYajsPsRu4CIq+9xiqkvVzFsyAvv2OD6LAzZLJXnGGPYk3FkGCObAgMBAAGjUzBRMB0GA1UdDgQWBBRd\
    jBxxM4ByCVVVSH3tzLSJZI72SjAfBgNVHSMEGDAWgBRdjBxxM4ByCVVVSH3tzLSJZI72SjAPBgNVHRMBAf8EBTADAQH/MA0GCSqG\
    SIb3DQEBCwUAA4GBAHTDoVUgIN+bVAFz8tfc5bsX/s2TRMrcF/8H2O0Dq9LghfRjUYJBcD05Tc10i7SigRM38IULYGUXPCMK72rf\
    zB5SRI+8DFARWRmB+TUy1BjcvMnqmRRbHrW/v+jL8NnizLXEBFCGJQeLlZS7xOEvwrXJ1vbqKapqLl8jfDJhydNX";
const RSA_2047: &str = "\
    MIIDBDCCAeygAwIBAgIUZNlTG3tmFZ3FfjfH/LqoJmRXTL0wDQYJKoZIhvcNAQELBQAwEjEQMA4GA1UEAwwHY29udG9zbzAeFw0y\
    NjEyMDEwMDExNDJaFw0zNjExMjgwMDExNDJaMBIxEDAOBgNVBAMMB2NvbnRvc28wggEhMA0GCSqGSIb3DQEBAQUAA4IBDgAwggEJ\
    AoIBAEtirKNa9hcxXxb4HN3YzQlgbXXqysmpVycO/xcnji2W1Ucoonq924CkkNcoQEkcWYG21RQk+gz1Xwz1Pob8aUHKwBrx4ldv\
    y11u9ihYbnnNcudgEjmL//ezCF2SJeqDba9YXcnAEpfitYeVXZ0huOCc83bQvmj1M4oQGb90ylAl3ni+k5Dz2zJa7XizoqmVef2E\
    1686bKUQuJjAScHgJa7uapO1CmTMFhdX0qJOP9GDFOwtIW0gxmoMI9tXmrxju7NgfRusmgLsJilw4tzxjqw3lhyqZFt4XvJNuM7A\
    UnsHBqFXOvHOMGNVZFb44OYxRPwQxn1/WcjdBx4+dbLjJ58CAwEAAaNTMFEwHQYDVR0OBBYEFBuLQv36ZXFrsHNV6zDw/ll8u14L\
    MB8GA1UdIwQYMBaAFBuLQv36ZXFrsHNV6zDw/ll8u14LMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBADas0L08\
    9RzH28f/v6n8YIFQqcidfZ44UfrF2G9tmoip6ZI1ZPh9Cnly+T1N8RlUuewQVMOzXb0Ivc6gG9dWAXK7z0DzyL2MsFUuXB26CGia\
    sRALvn7O4LUcpduSGhrzqZohIbrf/GqxUTc0038/vmJwZI1YMCJyhqXhSau4+fDRZTLRQS6T6bODy6RSol1PZ62Gh2/ubP2KbpeT\
    DB3Us4hDWnTe9n+gfIFfmgDynQxKeJhFPUCBbNX8rf6DVkifrPLwsMWkcUQd63zojrI0yA1Q/31XRo//e2E/WpafumDIpYPF9lTT\
    Wl/2XatjcZJtQoXesSnobcdIKdf8uepehSg=";
const EC_P256: &str = "\
    MIIBeTCCAR+gAwIBAgIUaeBMvfopYVsk0cZVTimscfpfDA0wCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHY29udG9zbzAeFw0yNjEy\
    MDEwMDExNDJaFw0zNjExMjgwMDExNDJaMBIxEDAOBgNVBAMMB2NvbnRvc28wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAR/wCkM\
    TDiuzrKfg48RfqTB6JcmjYfShWpdqAw35om8h3AKmxOs0IniFFJIJNsbB2gpQwxiDBRCu6bSr3V9/NEdo1MwUTAdBgNVHQ4EFgQU\
    fwGSVKPcJbyq19WUYHo+KijoD3YwHwYDVR0jBBgwFoAUfwGSVKPcJbyq19WUYHo+KijoD3YwDwYDVR0TAQH/BAUwAwEB/zAKBggq\
    hkjOPQQDAgNIADBFAiAe9nInR8+VImV3QESbpzj9FD0Ayztw/vpTqdKCwJQDBQIhAKjBOCFxtLaU2VGHHdisY+BB1i5MOd/U5fUZ\
    Gc8B89tl";
const ED_25519: &str = "\
    MIIBODCB66ADAgECAhQtCiFq/rVYnbfHEW+iFHece9VdMzAFBgMrZXAwEjEQMA4GA1UEAwwHY29udG9zbzAeFw0yNjEyMDEwMDEx\
    NDJaFw0zNjExMjgwMDExNDJaMBIxEDAOBgNVBAMMB2NvbnRvc28wKjAFBgMrZXADIQCQJKnj7smkgkgvdLdlknf2nHgzUHtfJsSy\
    LelKVhOmxqNTMFEwHQYDVR0OBBYEFC3J8ZursgK75BVKwAgVxZzxB88xMB8GA1UdIwQYMBaAFC3J8ZursgK75BVKwAgVxZzxB88x\
    MA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EAvZlFOtxhAkP0fRolg+Nz+uc/GZXj11LryEwerpgaciL/e1SgWqwVd8min5Hnt6Zr\
    JeEOg5jAw+QO6q3nC5FvAA==";

/*
 * What nobody can leave out, for one signed message: parse, validate, canonicalise, digest, verify, write and sign the
 * AppRec, append both to a log and flush it. In C on libxml2 and OpenSSL, with nothing around it: it knows no rule,
 * receives nothing twice, answers nobody in particular. It is the floor that the pipeline's cost is measured from.
 *
 *     floor KEY.pem SCHEMA.xsd LOG GROUP ROUNDS MESSAGE...
 *
 * KEY.pem holds the private key that signed the messages and signs the receipts. GROUP messages share one flush.
 * Prints one line of JSON: messages, wall and CPU in microseconds a message, and the stages. Ends with 1 where a
 * message was not valid or its signature did not verify.
 */
#include <fcntl.h>
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DSIG "http://www.w3.org/2000/09/xmldsig#"

enum { PARSE, SCHEMA, C14N, DIGEST, VERIFY, RECEIPT, SIGN, FLUSH, STAGES };
static const char *const names[STAGES] = {"parse", "schema", "c14n", "digest", "verify", "receipt", "sign", "flush"};
static double spent[STAGES];

static double cpu(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static double wall(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

/* Charge the time since *from to a stage. */
static void charge(int stage, double *from) {
    double now = cpu();
    spent[stage] += now - *from;
    *from = now;
}

static void die(const char *what) {
    fprintf(stderr, "floor: %s\n", what);
    exit(1);
}

static unsigned char *slurp(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) die(path);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *data = malloc(*size + 1);
    if (!data || fread(data, 1, *size, file) != *size) die(path);
    fclose(file);
    return data;
}

static xmlNodePtr child(xmlNodePtr parent, const char *name) {
    for (xmlNodePtr node = parent ? parent->children : NULL; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE && !strcmp((const char *)node->name, name) && node->ns &&
            !strcmp((const char *)node->ns->href, DSIG))
            return node;
    return NULL;
}

/* Decode base64 with white space in it; returns the number of bytes. */
static size_t decoded(const char *text, unsigned char *out, size_t room) {
    EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
    int first = 0, rest = 0;
    if (strlen(text) > room) die("base64 is longer than it may be");
    EVP_DecodeInit(context);
    if (EVP_DecodeUpdate(context, out, &first, (const unsigned char *)text, (int)strlen(text)) < 0) die("no base64");
    EVP_DecodeFinal(context, out + first, &rest);
    EVP_ENCODE_CTX_free(context);
    return (size_t)(first + rest);
}

static size_t canonical(xmlDocPtr document, xmlChar **out) {
    int size = xmlC14NDocDumpMemory(document, NULL, XML_C14N_1_0, NULL, 0, out);
    if (size < 0) die("no canonical form");
    return (size_t)size;
}

/* Canonicalise an element with the namespaces that it inherits. A copy: walking the whole document takes longer. */
static size_t canonical_part(xmlDocPtr document, xmlNodePtr top, xmlChar **out) {
    xmlDocPtr alone = xmlNewDoc(BAD_CAST "1.0");
    xmlNodePtr copy = xmlDocCopyNode(top, alone, 1);
    xmlDocSetRootElement(alone, copy);
    xmlNsPtr *inherited = xmlGetNsList(document, top);
    for (xmlNsPtr *ns = inherited; ns && *ns; ns++) xmlNewNs(copy, (*ns)->href, (*ns)->prefix);
    xmlFree(inherited);
    size_t size = canonical(alone, out);
    xmlFreeDoc(alone);
    return size;
}

static void sha256(const void *data, size_t size, unsigned char *out) {
    if (!EVP_Digest(data, size, out, NULL, EVP_sha256(), NULL)) die("no digest");
}

static int verified(EVP_PKEY *key, const void *data, size_t size, const unsigned char *signature, size_t length) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int good = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
               EVP_DigestVerify(context, signature, length, data, size) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

static size_t signed_with(EVP_PKEY *key, const void *data, size_t size, unsigned char *out, size_t room) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(context, out, &room, data, size) != 1)
        die("no signature");
    EVP_MD_CTX_free(context);
    return room;
}

/* Return whether a message is valid and its signature holds. */
static int check(xmlDocPtr document, xmlSchemaValidCtxtPtr schema, EVP_PKEY *key, double *clock) {
    int valid = xmlSchemaValidateDoc(schema, document) == 0;
    charge(SCHEMA, clock);
    xmlNodePtr signature = child(xmlDocGetRootElement(document), "Signature");
    xmlNodePtr info = child(signature, "SignedInfo");
    xmlNodePtr value = child(signature, "SignatureValue");
    xmlNodePtr digest = child(child(info, "Reference"), "DigestValue");
    if (!valid || !info || !value || !digest) return 0;

    unsigned char wanted[256], found[32], sealed[1024];
    xmlChar *text = xmlNodeGetContent(digest), *seal = xmlNodeGetContent(value), *form = NULL;
    if (decoded((char *)text, wanted, sizeof wanted) != sizeof found) return 0;
    size_t length = decoded((char *)seal, sealed, sizeof sealed);
    xmlFree(text);
    xmlFree(seal);
    size_t size = canonical_part(document, info, &form);
    charge(C14N, clock);
    int good = verified(key, form, size, sealed, length);
    charge(VERIFY, clock);
    xmlFree(form);

    xmlUnlinkNode(signature);
    size = canonical(document, &form);
    xmlFreeNode(signature);
    charge(C14N, clock);
    sha256(form, size, found);
    charge(DIGEST, clock);
    xmlFree(form);
    return good && !memcmp(wanted, found, sizeof found);
}

/* Write a signed receipt for a message; returns its size. */
static size_t receipt(EVP_PKEY *key, int number, char *out, size_t room, double *clock) {
    static const char *const pattern =
        "<AppRec xmlns=\"http://www.kith.no/xmlstds/apprec/2012-02-15\"><MsgType V=\"APPREC\"/>"
        "<MIGversion>v1.1 2012-02-15</MIGversion><SoftwareName>floor</SoftwareName>"
        "<GenDate>2026-03-02T09:00:00</GenDate><Id>00000000-0000-4000-8000-%012d</Id>"
        "<Sender><Role V=\"PRIM\"/><HCP><Inst><Name>Klinikken</Name><Id>8990100</Id><TypeId V=\"HER\"/>"
        "<Dept><Type/><Name>Poliklinikken</Name><Id>8990101</Id><TypeId V=\"HER\"/></Dept></Inst></HCP></Sender>"
        "<Receiver><Role V=\"AVS\"/><HCP><Inst><Name>Legekontoret</Name><Id>8990200</Id><TypeId V=\"HER\"/></Inst></HCP>"
        "</Receiver><Status V=\"1\" DN=\"OK\"/><OriginalMsgId><MsgType V=\"DIALOG_HELSEFAGLIG\"/>"
        "<IssueDate>2026-03-02T08:15:00</IssueDate><Id>00000000-0000-4000-9000-%012d</Id></OriginalMsgId></AppRec>";
    static const char *const info_pattern =
        "<SignedInfo xmlns=\"" DSIG "\"><CanonicalizationMethod "
        "Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"></CanonicalizationMethod><SignatureMethod "
        "Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"></SignatureMethod><Reference URI=\"\">"
        "<Transforms><Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></Transform>"
        "<Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"></Transform></Transforms>"
        "<DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></DigestMethod>"
        "<DigestValue>%s</DigestValue></Reference></SignedInfo>";
    char text[4096], info[4096];
    unsigned char digest[32], encoded[64], seal[1024], sealed[2048];
    xmlChar *form = NULL;
    int length = snprintf(text, sizeof text, pattern, number, number);
    xmlDocPtr document = xmlReadMemory(text, length, NULL, NULL, XML_PARSE_NONET);
    size_t size = canonical(document, &form);
    sha256(form, size, digest);
    EVP_EncodeBlock(encoded, digest, sizeof digest);
    int info_size = snprintf(info, sizeof info, info_pattern, encoded);
    xmlFree(form);
    xmlFreeDoc(document);
    charge(RECEIPT, clock);
    size_t seal_size = signed_with(key, info, (size_t)info_size, seal, sizeof seal);
    charge(SIGN, clock);
    EVP_EncodeBlock(sealed, seal, (int)seal_size);
    text[length - (int)strlen("</AppRec>")] = '\0';
    int written = snprintf(out, room, "%s<Signature xmlns=\"" DSIG "\">%s<SignatureValue>%s</SignatureValue></Signature></AppRec>",
                           text, info, sealed);
    charge(RECEIPT, clock);
    if (written < 0 || (size_t)written >= room) die("the receipt is too long");
    return (size_t)written;
}

static void put(int log, const void *data, size_t size) {
    for (const char *at = data; size;) {
        ssize_t written = write(log, at, size);
        if (written < 0) die("the log cannot be written");
        at += written;
        size -= (size_t)written;
    }
}

int main(int count, char **arguments) {
    if (count < 7) die("usage: floor KEY.pem SCHEMA.xsd LOG GROUP ROUNDS MESSAGE...");
    FILE *file = fopen(arguments[1], "r");
    EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    if (!key) die("the key cannot be read");
    fclose(file);
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(arguments[2]);
    xmlSchemaPtr schema = parser ? xmlSchemaParse(parser) : NULL;
    if (!schema) die("the schema cannot be read");
    xmlSchemaValidCtxtPtr validator = xmlSchemaNewValidCtxt(schema);
    int log = open(arguments[3], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    if (log < 0) die("the log cannot be written");
    int group = atoi(arguments[4]), rounds = atoi(arguments[5]), messages = count - 6, bad = 0, done = 0;

    unsigned char **data = calloc((size_t)messages, sizeof *data);
    size_t *sizes = calloc((size_t)messages, sizeof *sizes);
    for (int index = 0; index < messages; index++) data[index] = slurp(arguments[6 + index], &sizes[index]);

    char answer[8192];
    double begun = wall(), clock = cpu(), from = clock;
    for (int round = 0; round < rounds; round++)
        for (int index = 0; index < messages; index++) {
            xmlDocPtr document = xmlReadMemory((char *)data[index], (int)sizes[index], NULL, NULL, XML_PARSE_NONET);
            charge(PARSE, &clock);
            if (!document || !check(document, validator, key, &clock)) bad++;
            xmlFreeDoc(document);
            charge(PARSE, &clock);
            size_t size = receipt(key, ++done, answer, sizeof answer, &clock);
            put(log, data[index], sizes[index]);
            put(log, answer, size);
            if (done % group == 0 && fdatasync(log)) die("the log cannot be flushed");
            charge(FLUSH, &clock);
        }
    if (fdatasync(log)) die("the log cannot be flushed");
    charge(FLUSH, &clock);
    printf("{\"messages\": %d, \"bad\": %d, \"wall\": %.1f, \"cpu\": %.1f", done, bad, (wall() - begun) / done,
           (clock - from) / done);
    for (int stage = 0; stage < STAGES; stage++) printf(", \"%s\": %.1f", names[stage], spent[stage] / done);
    printf("}\n");
    return bad ? 1 : 0;
}

/* SPDX-License-Identifier: ISC */
/* libxml2 in an image: what is parsed, asked, changed and written never leaves
 * memory. */
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/xmlreader.h>
#include <libxml/xmlschemas.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <string.h>

#include "app.h"
#include <stdio.h>

#define CHECK(x)                                                               \
    do {                                                                       \
        if (!(x)) {                                                            \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #x);                     \
            failures++;                                                        \
        }                                                                      \
    } while (0)

static int failures;

static const char books[] =
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    "<!DOCTYPE shelf [<!ENTITY dash '&#8211;'>]>\n"
    "<shelf xmlns:x='urn:x'>\n"
    "  <book id='a' price='12.50'><title>Odd &amp; even</title></book>\n"
    "  <book id='b' price='7.25'><title>A &dash; B</title></book>\n"
    "  <x:note><![CDATA[<raw>]]></x:note>\n"
    "</shelf>\n";

static char *last_error;

static void keep_error(void *context, xmlErrorPtr error)
{
    (void)context;
    if (last_error == NULL) /* the first says why */
        last_error = strdup(error->message);
}

static xmlDocPtr parse(const char *text, int options)
{
    return xmlReadMemory(text, (int)strlen(text), "memory.xml", NULL, options);
}

static void asks(void)
{
    xmlDocPtr doc = parse(books, XML_PARSE_NOENT);
    CHECK(doc != NULL);
    xmlXPathContextPtr c = xmlXPathNewContext(doc);
    CHECK(xmlXPathRegisterNs(c, BAD_CAST "x", BAD_CAST "urn:x") == 0);
    static const struct {
        const char *question, *answer;
    } all[] = {
        {"count(//book)", "2"},
        {"sum(//@price)", "19.75"},
        {"string(//book[@price < 10]/title)", "A \342\200\223 B"},
        {"string(//x:note)", "<raw>"},
        {"concat(name(/*), '-', //book[last()]/@id)", "shelf-b"},
        {"round(-2.5) = -2 and not(1 div 0 = 1)", "true"},
        {"translate(//book[1]/title, 'aeiou', 'AEIOU')", "Odd & EvEn"},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        xmlXPathObjectPtr o =
            xmlXPathEvalExpression(BAD_CAST all[i].question, c);
        xmlChar *text = xmlXPathCastToString(o);
        if (strcmp((char *)text, all[i].answer) != 0) {
            printf("%s: %s, not %s\n", all[i].question, text, all[i].answer);
            failures++;
        }
        xmlFree(text);
        xmlXPathFreeObject(o);
    }
    xmlXPathFreeContext(c);
    xmlFreeDoc(doc);
}

/* What is written is parsed again, and written the same. */
static void writes(void)
{
    xmlDocPtr doc = xmlNewDoc(BAD_CAST "1.0");
    xmlNodePtr root = xmlNewNode(NULL, BAD_CAST "list");
    xmlChar *first, *second;
    int n, m;
    xmlDocSetRootElement(doc, root);
    for (int i = 0; i < 1000; i++) {
        char text[32];
        snprintf(text, sizeof(text), "%d < %d", i, i + 1);
        xmlNodePtr item =
            xmlNewTextChild(root, NULL, BAD_CAST "item", BAD_CAST text);
        xmlNewProp(item, BAD_CAST "said", BAD_CAST "\"quoted\"");
    }
    xmlDocDumpFormatMemoryEnc(doc, &first, &n, "UTF-8", 1);
    CHECK(strstr((char *)first,
                 "<item said=\"&quot;quoted&quot;\">7 &lt; 8</item>") != NULL);
    xmlFreeDoc(doc);
    doc = parse((char *)first, 0);
    CHECK(doc != NULL);
    xmlDocDumpFormatMemoryEnc(doc, &second, &m, "UTF-8", 1);
    CHECK(n == m && memcmp(first, second, (size_t)n) == 0);
    xmlFree(first);
    xmlFree(second);
    xmlFreeDoc(doc);
}

static void streams(void)
{
    xmlTextReaderPtr r =
        xmlReaderForMemory(books, (int)strlen(books), NULL, NULL, 0);
    int elements = 0, deepest = 0;
    while (xmlTextReaderRead(r) == 1) {
        elements += xmlTextReaderNodeType(r) == XML_READER_TYPE_ELEMENT;
        if (xmlTextReaderDepth(r) > deepest)
            deepest = xmlTextReaderDepth(r);
    }
    CHECK(elements == 6 && deepest == 3);
    xmlFreeTextReader(r);
}

static void refuses(void)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"<a><b></a>", "Opening and ending tag mismatch"},
        {"<a>&nothing;</a>", "Entity 'nothing' not defined"},
        {"<a b=1/>", "AttValue: \" or ' expected"},
        {"<a>\377</a>", "Input is not proper UTF-8"},
        {"", "Document is empty"},
    };
    xmlSetStructuredErrorFunc(NULL, keep_error);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        free(last_error);
        last_error = NULL;
        CHECK(parse(bad[i].text, 0) == NULL);
        /* There is nothing to complain of in an empty text. */
        if (bad[i].text[0] != '\0')
            CHECK(last_error != NULL && strstr(last_error, bad[i].why) != NULL);
    }
    /* A billion laughs are not laughed. */
    CHECK(parse("<!DOCTYPE l [<!ENTITY a 'ha'>"
                "<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
                "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>"
                "<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>"
                "<!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'>"
                "<!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>"
                "<!ENTITY g '&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;'>"
                "<!ENTITY h '&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;'>"
                "]><l>&h;</l>",
                XML_PARSE_NOENT) == NULL);
    /* Nor is there a file to be read. */
    CHECK(xmlReadFile("/etc/passwd", NULL, XML_PARSE_NONET) == NULL);
    xmlSetStructuredErrorFunc(NULL, NULL);
    free(last_error);
    last_error = NULL;
}

static void validates(void)
{
    static const char schema[] =
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
        "<xs:element name='n'><xs:simpleType><xs:restriction base='xs:int'>"
        "<xs:maxInclusive value='10'/></xs:restriction></xs:simpleType>"
        "</xs:element></xs:schema>";
    xmlSchemaParserCtxtPtr p =
        xmlSchemaNewMemParserCtxt(schema, sizeof(schema) - 1);
    xmlSchemaPtr s = xmlSchemaParse(p);
    xmlSchemaValidCtxtPtr v = xmlSchemaNewValidCtxt(s);
    xmlDocPtr good = parse("<n>10</n>", 0), bad = parse("<n>11</n>", 0);
    CHECK(s != NULL && v != NULL);
    xmlSetStructuredErrorFunc(NULL, keep_error);
    CHECK(xmlSchemaValidateDoc(v, good) == 0);
    CHECK(xmlSchemaValidateDoc(v, bad) > 0);
    xmlSetStructuredErrorFunc(NULL, NULL);
    xmlFreeDoc(good);
    xmlFreeDoc(bad);
    xmlSchemaFreeValidCtxt(v);
    xmlSchemaFree(s);
    xmlSchemaFreeParserCtxt(p);
}

static void reads_html(void)
{
    static const char page[] = "<p>one<br>two<ul><li>x<li>y</ul>";
    htmlDocPtr doc =
        htmlReadMemory(page, sizeof(page) - 1, NULL, NULL, HTML_PARSE_NOERROR);
    xmlXPathContextPtr c = xmlXPathNewContext(doc);
    xmlXPathObjectPtr o = xmlXPathEvalExpression(BAD_CAST "count(//li)", c);
    CHECK(o != NULL && o->floatval == 2);
    xmlXPathFreeObject(o);
    xmlXPathFreeContext(c);
    xmlFreeDoc(doc);
}

int start(struct app *app)
{
    (void)app;
    LIBXML_TEST_VERSION
    asks();
    writes();
    streams();
    refuses();
    validates();
    reads_html();
    xmlCleanupParser();
    printf("libxml2 %s, %d failed\n", LIBXML_DOTTED_VERSION, failures);
    return failures != 0;
}

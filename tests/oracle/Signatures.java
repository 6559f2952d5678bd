// XML signatures by the JDK, as a second opinion: one process over a folder of files.
//
//   java Signatures.java verify FOLDER            prints "name<TAB>true|false" for each *.xml; parts in NAME.xml.parts
//   java Signatures.java sign FOLDER OUT KEYS     signs each *.xml in every form; KEYS is a PKCS#12 file, password "test"
//
// SHA-1 is let in: whether it is relied on is not asked here.

import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.xml.crypto.AlgorithmMethod;
import javax.xml.crypto.Data;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.KeySelectorResult;
import javax.xml.crypto.OctetStreamData;
import javax.xml.crypto.URIReference;
import javax.xml.crypto.URIReferenceException;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.XMLStructure;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.keyinfo.X509Data;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

public class Signatures {
    private static final String[] FORMS = {
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    };
    private static final String[] METHODS = {
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    };
    private static final XMLSignatureFactory FACTORY = XMLSignatureFactory.getInstance("DOM");

    public static void main(String[] arguments) throws Exception {
        File[] files = new File(arguments[1]).listFiles((folder, name) -> name.endsWith(".xml"));
        Arrays.sort(files);
        if (arguments[0].equals("verify")) {
            StringBuilder told = new StringBuilder();
            for (File file : files) {
                told.append(file.getName()).append('\t').append(isGenuine(file)).append('\n');
            }
            System.out.print(told);
        } else {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (FileInputStream in = new FileInputStream(arguments[3])) {
                keys.load(in, "test".toCharArray());
            }
            String alias = keys.aliases().nextElement();
            PrivateKey key = (PrivateKey) keys.getKey(alias, "test".toCharArray());
            X509Certificate certificate = (X509Certificate) keys.getCertificate(alias);
            for (File file : files) {
                for (int form = 0; form < FORMS.length; form++) {
                    for (String prefix : new String[] {"", "ds"}) {
                        File out = new File(arguments[2], "jdk-" + form + prefix + "-" + file.getName());
                        sign(file, out, key, certificate, FORMS[form], METHODS[form % 2], prefix);
                    }
                }
            }
        }
    }

    private static Document parse(File file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        return builder.parse(file);
    }

    private static boolean isGenuine(File file) {
        try {
            Document document = parse(file);
            NodeList found = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
            DOMValidateContext context = new DOMValidateContext(new FromCertificate(), found.item(0));
            context.setProperty("org.jcp.xml.dsig.secureValidation", false);
            context.setURIDereferencer((reference, around) -> dereferenced(file, reference, around));
            return FACTORY.unmarshalXMLSignature(context).validate(context);
        } catch (Exception error) {
            return false;
        }
    }

    /** Finds a part that came with a message, "cid:NAME", as NAME in the folder FILE.parts. */
    private static Data dereferenced(File file, URIReference reference, XMLCryptoContext context)
            throws URIReferenceException {
        if (!reference.getURI().startsWith("cid:")) {
            return FACTORY.getURIDereferencer().dereference(reference, context);
        }
        try {
            return new OctetStreamData(
                    new FileInputStream(new File(file.getPath() + ".parts", reference.getURI().substring(4))));
        } catch (IOException error) {
            throw new URIReferenceException(error);
        }
    }

    private static void sign(
            File in, File out, PrivateKey key, X509Certificate certificate, String form, String method, String prefix)
            throws Exception {
        Document document = parse(in);
        List<Transform> transforms = new ArrayList<>();
        transforms.add(FACTORY.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null));
        transforms.add(FACTORY.newTransform(form, (TransformParameterSpec) null));
        Reference reference =
                FACTORY.newReference(
                        "",
                        FACTORY.newDigestMethod("http://www.w3.org/2001/04/xmlenc#sha256", null),
                        transforms,
                        null,
                        null);
        SignedInfo info =
                FACTORY.newSignedInfo(
                        FACTORY.newCanonicalizationMethod(form, (C14NMethodParameterSpec) null),
                        FACTORY.newSignatureMethod(method, null),
                        Collections.singletonList(reference));
        KeyInfoFactory factory = FACTORY.getKeyInfoFactory();
        X509Data data = factory.newX509Data(Collections.singletonList(certificate));
        KeyInfo keyInfo = factory.newKeyInfo(Collections.singletonList(data));
        DOMSignContext context = new DOMSignContext(key, document.getDocumentElement());
        if (!prefix.isEmpty()) {
            context.setDefaultNamespacePrefix(prefix);
        }
        FACTORY.newXMLSignature(info, keyInfo).sign(context);
        Transformer transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
        try (FileOutputStream stream = new FileOutputStream(out)) {
            transformer.transform(new DOMSource(document), new StreamResult(stream));
        }
    }

    /** Takes the key from the certificate in the signature, whoever made it. */
    private static final class FromCertificate extends KeySelector {
        @Override
        public KeySelectorResult select(
                KeyInfo info, Purpose purpose, AlgorithmMethod method, XMLCryptoContext context) {
            for (XMLStructure structure : info.getContent()) {
                if (structure instanceof X509Data) {
                    for (Object content : ((X509Data) structure).getContent()) {
                        if (content instanceof X509Certificate) {
                            Key key = ((X509Certificate) content).getPublicKey();
                            return () -> key;
                        }
                    }
                }
            }
            throw new IllegalArgumentException("no certificate");
        }
    }
}

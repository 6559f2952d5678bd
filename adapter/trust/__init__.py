"""Whose a message is: XML signatures, certificates, and the verdict on both.

    verdict = Verifier(anchors=Anchors.load(directory)).judge(data, at=received_at)
    data = sign(data, key, certificate)

The pieces, from the bottom: `algorithms` (what is known), `c14n` (equal documents, equal bytes), `gate` (what a
signature must look like before it is looked at), `signature` (the mathematics: sign and verify), `certificate` and
`chain` (who the signer is, and who says so), `standing` (is it revoked?), `parties` (which HER-ids a register gives for
it), `verifier` and `verdict` (the answer).

Whether a certificate was taken back is asked by `revocation`, of lists (`crl`) and responders (`ocsp`), whose
`statement`s a `fetch` brings. What is encrypted is read and written by `cms`, over `ber` and `ciphers`; `payload` is
what lies inside. An installation's own certificates are in its `store`, and `pki` makes some for trying things out.
"""

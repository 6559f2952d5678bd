"""The command line: one verb per job, one module per verb.

main       runs one verb, and turns known errors into one sentence and a next step
verbs      builds the command out of the verbs   ahead    what is under way before the command line is read
options    what several verbs take           output   tables for people, lines of JSON for machines
opening    configuration and store           exits    the exit codes
reference  the pages of docs/ that are generated from the code

Modules that are slow to import are imported inside the verb that needs them: `validate` of one file
answers in less than half a second from a cold start.
"""

from __future__ import annotations

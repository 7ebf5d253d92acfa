say "looking at the report: count('a  b') is 3"
python3 -c "from tally.words import count; print(count('a  b'))"
say "fixing it, with a test"
sed -i 's/text.split(" ")/text.split()/' tally/words.py
cat >>tests/test_words.py <<'END'

    def test_two_blanks_separate_as_one(self):
        self.assertEqual(count("a  b"), 2)
END
say "running the tests"
tests
commit "Count words that are two blanks apart"
say "trying what no agent may do"
attempt "reach example.com:443" reach https://example.com/
attempt "reach 1.1.1.1:443 without a name" reach_past_the_proxy https://1.1.1.1/
attempt "read a file of the host" read_host
attempt "open a raw socket" raw_socket
say "done"

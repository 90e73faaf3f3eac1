use crate::counterparts::browser;

#[test]
fn a_page_is_rendered_and_its_scripts_run() {
    let page = "data:text/html,<title>old</title><p>3 workers</p><script>document.title = 'new'</script>";
    assert_eq!(browser::script("self_test.mjs", &[page]), "new: true PNG\n");
}

package dev.mojave.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import dev.mojave.report.plot.Palette;
import dev.mojave.result.study.StudyResult;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Opens reports in headless Chromium: they draw, adapt, make no network requests, and run no injected script. */
@Tag("browser")
@TestInstance(Lifecycle.PER_CLASS)
class ReportBrowserTest {
    private static final Path SHOTS = Path.of("target", "screenshots");

    @TempDir
    static Path folder;

    private Playwright playwright;
    private Browser browser;
    private Path study;
    private Path hostile;

    @BeforeAll
    void start() throws Exception {
        StudyResult result = Fakes.study(3);
        study = StudyReport.write(result, Fakes.runs(result), folder.resolve("study"), warning -> {})
                .getFirst();
        RunReport.write(Fakes.run(Fakes.MOE, 1337, "finished"), folder.resolve("run"), warning -> {});
        StudyResult arms = Fakes.study("many arms", Fakes.manyArms(), "dense", 3);
        StudyReport.write(arms, Fakes.runs(arms, Fakes.manyArms()), folder.resolve("many"), warning -> {});
        StudyResult attack = Hostile.study();
        hostile = StudyReport.write(attack, Hostile.runs(attack), folder.resolve("hostile"), warning -> {})
                .getFirst();
        Files.createDirectories(SHOTS);
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium())
                        .setArgs(List.of("--no-sandbox")));
    }

    @AfterAll
    void stop() {
        browser.close();
        playwright.close();
    }

    /** Finds the browser on the PATH. The test runs only when its tag is requested, so a missing browser is a failure and not a skip. */
    private static Path chromium() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(entry -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(entry, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        "no chromium on the PATH; install it, for example apt-get install chromium"));
    }

    /** A page with all its console errors and network requests. */
    private record Opened(BrowserContext context, Page page, List<String> complaints) implements AutoCloseable {
        @Override
        public void close() {
            context.close();
        }
    }

    private Opened open(Path file, int width, int height, ColorScheme scheme) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(scheme)
                .setDeviceScaleFactor(1.5));
        Page page = context.newPage();
        List<String> complaints = new ArrayList<>();
        page.onConsoleMessage(message -> complaints.add(message.type() + ": " + message.text()));
        page.onPageError(error -> complaints.add("page error: " + error));
        page.onDialog(dialog -> {
            complaints.add("dialog: " + dialog.message());
            dialog.dismiss();
        });
        page.onRequest(request -> {
            if (!request.url().equals(file.toUri().toString())) {
                complaints.add("request: " + request.url());
            }
        });
        page.navigate(file.toUri().toString());
        return new Opened(context, page, complaints);
    }

    private static void drawn(Page page) {
        List<?> empty = (List<?>)
                page.evaluate(
                        "() => [...document.querySelectorAll('.plot')].filter(p => p.querySelectorAll('svg path').length < 3).map(p => p.dataset.figure)");
        assertThat(page.locator(".plot").count()).isGreaterThan(3);
        assertThat(empty).as("figures without a drawing").isEmpty();
    }

    private static void nothingSideways(Page page) {
        assertThat(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))
                .as("pixels too wide")
                .isEqualTo(0);
    }

    private void shoot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(SHOTS.resolve(name + ".png")));
    }

    @ParameterizedTest
    @CsvSource({
        "study,1280,LIGHT",
        "study,1280,DARK",
        "study,390,LIGHT",
        "study,390,DARK",
        "run,1280,LIGHT",
        "run,390,DARK",
        "many,1280,LIGHT",
        "many,390,DARK"
    })
    void drawsAtEveryWidthAndTheme(String kind, int width, ColorScheme scheme) {
        try (Opened opened = open(folder.resolve(kind).resolve("report.html"), width, 800, scheme)) {
            drawn(opened.page());
            nothingSideways(opened.page());
            shoot(opened.page(), kind + "-" + width + "-" + scheme);
            assertThat(opened.complaints()).isEmpty();
        }
    }

    @Test
    void chartsFollowTheThemeWhenItChanges() {
        try (Opened opened = open(study, 1000, 800, ColorScheme.LIGHT)) {
            String light = opened.page().locator("[data-figure=loss] svg").innerHTML();
            assertThat(light).contains(Palette.LIGHT.getFirst());
            opened.page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
            opened.page()
                    .waitForFunction(
                            "colour => document.querySelector('[data-figure=loss] svg').innerHTML.includes(colour)",
                            Palette.DARK.getFirst());
            assertThat(opened.page().locator("[data-figure=loss] svg").innerHTML())
                    .doesNotContain(Palette.LIGHT.getFirst());
        }
    }

    @Test
    void viewsAndLegendWorkFromTheKeyboard() {
        try (Opened opened = open(study, 1000, 800, ColorScheme.LIGHT)) {
            Page page = opened.page();
            String before = page.locator("[data-figure=loss] svg").innerHTML();
            page.locator("#figure-loss .views button").nth(1).focus();
            page.keyboard().press("Enter");
            assertThat(page.locator("#figure-loss .views button[aria-pressed=true]")
                            .textContent())
                    .isEqualTo("Validation, second half");
            String second = page.locator("[data-figure=loss] svg").innerHTML();
            assertThat(second).isNotEqualTo(before);
            page.locator("#figure-loss .legend button").first().focus();
            page.keyboard().press("Space");
            assertThat(page.locator("#figure-loss .legend button").first().getAttribute("aria-pressed"))
                    .isEqualTo("false");
            assertThat(page.locator("[data-figure=loss] svg").innerHTML()).isNotEqualTo(second);
            assertThat(opened.complaints()).isEmpty();
        }
    }

    @Test
    void chartsHaveATextForScreenReaders() {
        try (Opened opened = open(study, 1000, 800, ColorScheme.LIGHT)) {
            for (var plot : opened.page().locator(".plot").all()) {
                assertThat(plot.getAttribute("role")).isEqualTo("img");
                assertThat(plot.getAttribute("aria-label")).hasSizeGreaterThan(40);
            }
        }
    }

    @Test
    void hostileTextStaysText() {
        try (Opened opened = open(hostile, 390, 800, ColorScheme.LIGHT)) {
            Page page = opened.page();
            drawn(page);
            nothingSideways(page);
            page.locator("[data-figure=loss]").hover();
            page.locator("[data-figure=cost] svg").hover();
            shoot(page, "hostile-390-LIGHT");
            assertThat(
                            page.evaluate(
                                    "() => window.pwned === undefined && !document.querySelector('img, iframe, object, embed')"))
                    .isEqualTo(true);
            assertThat(opened.complaints()).isEmpty();
        }
    }

    @Test
    void printsInLightColours() {
        try (Opened opened = open(study, 1000, 800, ColorScheme.DARK)) {
            Page page = opened.page();
            page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
            page.evaluate("() => dispatchEvent(new Event('beforeprint'))");
            assertThat(page.locator("[data-figure=loss] svg").innerHTML()).contains(Palette.LIGHT.getFirst());
            assertThat(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
                    .isEqualTo("rgb(255, 255, 255)");
            shoot(page, "study-print");
        }
    }

    @Test
    void withoutScriptsTheTablesRemain() {
        try (BrowserContext context = browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(false))) {
            Page page = context.newPage();
            page.navigate(study.toUri().toString());
            assertThat(page.locator("noscript, .notice").first().textContent()).contains("Charts need JavaScript");
            assertThat(page.locator(".plot").first().isVisible()).isFalse();
            assertThat(page.locator("table").first().isVisible()).isTrue();
        }
    }
}
